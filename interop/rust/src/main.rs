//! A workload written with the `spiffe` crate. Prints what it got as JSON lines; says on stderr why it ends.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use spiffe::{Certificate, JwtSource, JwtSvid, WorkloadApiClient, X509BundleSet, X509Context, X509Source};
use tokio::time::timeout;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["x509"] => x509().await,
        ["watch"] => watch().await,
        ["jwt", audience, another] => jwt(audience, another).await,
        ["bundles"] => bundles().await,
        _ => Err("which command?".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn x509() -> Outcome {
    let client = WorkloadApiClient::connect_env().await?;
    say(&line_of(&client.fetch_x509_context().await?));
    Ok(())
}

/// Ends well once the default identity has another certificate than at first.
async fn watch() -> Outcome {
    let source = X509Source::new().await?;
    let mut updates = source.updated();
    let first = source.svid()?.leaf().as_bytes().to_vec();
    say(&line_of(source.x509_context()?.as_ref()));
    while source.svid()?.leaf().as_bytes() == first {
        timeout(Duration::from_secs(60), updates.changed()).await??;
        say(&line_of(source.x509_context()?.as_ref()));
    }
    Ok(())
}

async fn jwt(audience: &str, another: &str) -> Outcome {
    let client = WorkloadApiClient::connect_env().await?;
    let source = JwtSource::new().await?;
    let svid = source.fetch_jwt_svid([audience]).await?;
    let token = svid.token();
    let bundles = source.bundle_set()?;
    let local = JwtSvid::parse_and_validate(token, bundles.as_ref(), &[audience])?;
    let remote = client.validate_jwt_token(audience, token).await?;
    let local_refusal = JwtSvid::parse_and_validate(token, bundles.as_ref(), &[another]).err();
    let remote_refusal = client.validate_jwt_token(another, token).await.err();
    say(&json!({
        "spiffeId": svid.spiffe_id().to_string(),
        "hint": svid.hint(),
        "audience": svid.audience(),
        "locally": local.spiffe_id().to_string(),
        "remotely": remote.spiffe_id().to_string(),
        "localRefusal": local_refusal.map_or(String::new(), |error| error.to_string()),
        "remoteRefusal": remote_refusal.map_or(String::new(), |error| error.to_string()),
    }));
    Ok(())
}

async fn bundles() -> Outcome {
    let client = WorkloadApiClient::connect_env().await?;
    let x509 = client.fetch_x509_bundles().await?;
    let jwt: BTreeMap<String, Vec<String>> = client
        .fetch_jwt_bundles()
        .await?
        .iter()
        .map(|(domain, bundle)| {
            let keys = bundle.jwt_authorities().map(|one| one.key_id().to_string());
            (domain.to_string(), keys.collect())
        })
        .collect();
    say(&json!({ "x509": authorities_of(&x509), "jwt": jwt }));
    Ok(())
}

fn line_of(context: &X509Context) -> Value {
    let svids: Vec<Value> = context
        .svids()
        .iter()
        .map(|svid| {
            json!({
                "spiffeId": svid.spiffe_id().to_string(),
                "hint": svid.hint(),
                "chain": base64_of(svid.cert_chain()),
            })
        })
        .collect();
    json!({ "svids": svids, "bundles": authorities_of(context.bundle_set()) })
}

fn authorities_of(bundles: &X509BundleSet) -> BTreeMap<String, Vec<String>> {
    bundles
        .iter()
        .map(|(domain, bundle)| (domain.to_string(), base64_of(bundle.authorities())))
        .collect()
}

fn base64_of(certificates: &[Certificate]) -> Vec<String> {
    certificates.iter().map(|one| STANDARD.encode(one.as_bytes())).collect()
}

fn say(line: &Value) {
    println!("{line}");
}
