import io.spiffe.bundle.BundleSource;
import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.bundle.x509bundle.X509BundleSet;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.jwtsvid.JwtSvid;
import io.spiffe.svid.x509svid.X509Svid;
import io.spiffe.svid.x509svid.X509SvidValidator;
import io.spiffe.workloadapi.DefaultWorkloadApiClient;
import io.spiffe.workloadapi.Watcher;
import io.spiffe.workloadapi.WorkloadApiClient;
import io.spiffe.workloadapi.X509Context;
import com.google.gson.Gson;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A workload written with java-spiffe. Prints what it got as JSON lines; says on stderr why it ends. */
public final class Client {
    private static final Gson JSON = new Gson();

    public static void main(String[] arguments) throws Exception {
        int code = 0;
        try (WorkloadApiClient client = DefaultWorkloadApiClient.newClient()) {
            switch (arguments[0]) {
                case "x509" -> say(lineOf(client.fetchX509Context()));
                case "watch" -> watch(client);
                case "jwt" -> jwt(client, arguments[1], arguments[2]);
                case "bundles" -> bundles(client);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (Exception refused) {
            for (Throwable cause = refused; cause != null; cause = cause.getCause()) System.err.println(cause);
            code = 1;
        }
        // The channel's threads are not daemons in every version.
        System.exit(code);
    }

    /** Ends well once the default identity has another certificate than at first. */
    private static void watch(WorkloadApiClient client) throws Exception {
        CompletableFuture<Void> rotated = new CompletableFuture<>();
        client.watchX509Context(new Watcher<>() {
            private X509Certificate first;

            @Override
            public void onUpdate(X509Context update) {
                say(lineOf(update));
                X509Certificate leaf = update.getDefaultSvid().getLeaf();
                if (first == null) first = leaf;
                else if (!first.equals(leaf)) rotated.complete(null);
            }

            @Override
            public void onError(Throwable error) {
                rotated.completeExceptionally(error);
            }
        });
        rotated.get(60, TimeUnit.SECONDS);
    }

    private static void jwt(WorkloadApiClient client, String audience, String another) throws Exception {
        JwtSvid svid = client.fetchJwtSvid(audience);
        var bundles = client.fetchJwtBundles();
        var line = new LinkedHashMap<String, Object>();
        line.put("spiffeId", svid.getSpiffeId().toString());
        line.put("hint", svid.getHint());
        line.put("audience", svid.getAudience());
        line.put("locally", JwtSvid.parseAndValidate(svid.getToken(), bundles, Set.of(audience)).getSpiffeId().toString());
        line.put("remotely", client.validateJwtSvid(svid.getToken(), audience).getSpiffeId().toString());
        line.put("localRefusal", refusal(() -> JwtSvid.parseAndValidate(svid.getToken(), bundles, Set.of(another))));
        line.put("remoteRefusal", refusal(() -> client.validateJwtSvid(svid.getToken(), another)));
        say(line);
    }

    private static void bundles(WorkloadApiClient client) throws Exception {
        Map<String, Set<String>> jwt = new LinkedHashMap<>();
        client.fetchJwtBundles().getBundles()
            .forEach((domain, bundle) -> jwt.put(domain.getName(), new TreeSet<>(bundle.getJwtAuthorities().keySet())));
        say(Map.of("x509", authoritiesOf(client.fetchX509Bundles()), "jwt", jwt));
    }

    private static Map<String, Object> lineOf(X509Context context) {
        List<Map<String, Object>> svids = new ArrayList<>();
        for (X509Svid svid : context.getX509Svids()) {
            var line = new LinkedHashMap<String, Object>();
            line.put("spiffeId", svid.getSpiffeId().toString());
            line.put("hint", svid.getHint());
            line.put("chain", base64Of(svid.getChain()));
            line.put("refusal", refusal(() -> X509SvidValidator.verifyChain(svid.getChain(), context.getX509BundleSet())));
            BundleSource<X509Bundle> other = new X509Bundle(TrustDomain.parse("other.test"));
            line.put("refusalByOtherBundle", refusal(() -> X509SvidValidator.verifyChain(svid.getChain(), other)));
            svids.add(line);
        }
        return Map.of("svids", svids, "bundles", authoritiesOf(context.getX509BundleSet()));
    }

    private static Map<String, List<String>> authoritiesOf(X509BundleSet bundles) {
        Map<String, List<String>> authorities = new LinkedHashMap<>();
        bundles.getBundles()
            .forEach((domain, bundle) -> authorities.put(domain.getName(), base64Of(bundle.getX509Authorities())));
        return authorities;
    }

    private static List<String> base64Of(Collection<X509Certificate> certificates) {
        return certificates.stream().map(Client::base64Of).toList();
    }

    private static String base64Of(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (java.security.cert.CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static String refusal(Attempt attempt) {
        try {
            attempt.run();
            return "";
        } catch (Exception refused) {
            return refused.toString();
        }
    }

    private static synchronized void say(Object line) {
        System.out.println(JSON.toJson(line));
    }
}
