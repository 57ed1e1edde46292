// A client of Envoy's secret discovery, by Envoy's own generated types: what this program can read, an
// Envoy can. It prints one line of JSON for each response.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	transport "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	secret "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	status "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/anypb"
)

const secretType = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"

// What a response held. A certificate is given by its serial number, once it fits its key.
type line struct {
	SpiffeIDs map[string]string   `json:"spiffeIds"`
	Serials   map[string]string   `json:"serials"`
	Trusted   map[string][]string `json:"trusted"`
	Removed   []string            `json:"removed"`
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command string, names []string) error {
	conn, err := grpc.NewClient(os.Getenv("SPIFFE_ENDPOINT_SOCKET"),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	client := secret.NewSecretDiscoveryServiceClient(conn)
	switch command {
	case "fetch":
		return fetch(ctx, client, names)
	case "stream":
		return stream(ctx, client, names)
	case "delta":
		return delta(ctx, client, names)
	}
	return fmt.Errorf("unknown command %q", command)
}

func node() *core.Node {
	return &core.Node{Id: "interop", Cluster: "interop", UserAgentName: "envoy"}
}

func fetch(ctx context.Context, client secret.SecretDiscoveryServiceClient, names []string) error {
	response, err := client.FetchSecrets(ctx, &discovery.DiscoveryRequest{
		Node: node(), TypeUrl: secretType, ResourceNames: names,
	})
	if err != nil {
		return err
	}
	return print(response.Resources, nil)
}

// Acknowledges the first response, rejects the second, and must still be sent the third: two rotations.
func stream(ctx context.Context, client secret.SecretDiscoveryServiceClient, names []string) error {
	call, err := client.StreamSecrets(ctx)
	if err != nil {
		return err
	}
	request := &discovery.DiscoveryRequest{Node: node(), TypeUrl: secretType, ResourceNames: names}
	for count := 1; ; count++ {
		if err := call.Send(request); err != nil {
			return err
		}
		response, err := call.Recv()
		if err != nil {
			return err
		}
		if err := print(response.Resources, nil); err != nil {
			return err
		}
		if count == 3 {
			return call.CloseSend()
		}
		request = &discovery.DiscoveryRequest{
			TypeUrl: secretType, ResourceNames: names,
			ResponseNonce: response.Nonce, VersionInfo: response.VersionInfo,
		}
		if count == 2 {
			request.VersionInfo = ""
			request.ErrorDetail = &status.Status{Code: 13, Message: "rejected to see what happens"}
		}
	}
}

// Reads until the first name has come twice, then comes back with the versions that it has.
func delta(ctx context.Context, client secret.SecretDiscoveryServiceClient, names []string) error {
	call, err := client.DeltaSecrets(ctx)
	if err != nil {
		return err
	}
	if err := call.Send(&discovery.DeltaDiscoveryRequest{
		Node: node(), TypeUrl: secretType, ResourceNamesSubscribe: names,
	}); err != nil {
		return err
	}
	versions := map[string]string{}
	for seen := 0; seen < 2; {
		response, err := call.Recv()
		if err != nil {
			return err
		}
		if err := printDelta(response); err != nil {
			return err
		}
		for _, resource := range response.Resources {
			versions[resource.Name] = resource.Version
			if resource.Name == names[0] {
				seen++
			}
		}
		if err := call.Send(&discovery.DeltaDiscoveryRequest{
			TypeUrl: secretType, ResponseNonce: response.Nonce,
		}); err != nil {
			return err
		}
	}
	if err := call.CloseSend(); err != nil {
		return err
	}
	return comeBack(ctx, client, versions)
}

// Only what it claims not to have in its present version is to be sent.
func comeBack(ctx context.Context, client secret.SecretDiscoveryServiceClient, versions map[string]string) error {
	call, err := client.DeltaSecrets(ctx)
	if err != nil {
		return err
	}
	known := map[string]string{}
	for name, version := range versions {
		known[name] = version
	}
	known["ROOTCA"] = "another version"
	if err := call.Send(&discovery.DeltaDiscoveryRequest{
		Node: node(), TypeUrl: secretType, InitialResourceVersions: known,
		ResourceNamesSubscribe: keys(known),
	}); err != nil {
		return err
	}
	response, err := call.Recv()
	if err != nil {
		return err
	}
	return printDelta(response)
}

func printDelta(response *discovery.DeltaDiscoveryResponse) error {
	resources := []*anypb.Any{}
	for _, resource := range response.Resources {
		resources = append(resources, resource.Resource)
	}
	return print(resources, response.RemovedResources)
}

func print(resources []*anypb.Any, removed []string) error {
	out := line{map[string]string{}, map[string]string{}, map[string][]string{}, removed}
	for _, resource := range resources {
		one := &transport.Secret{}
		if err := resource.UnmarshalTo(one); err != nil {
			return err
		}
		if err := one.ValidateAll(); err != nil {
			return err
		}
		if err := out.add(one); err != nil {
			return fmt.Errorf("%s: %w", one.Name, err)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func (out line) add(one *transport.Secret) error {
	if certificate := one.GetTlsCertificate(); certificate != nil {
		pair, err := tls.X509KeyPair(certificate.CertificateChain.GetInlineBytes(), certificate.PrivateKey.GetInlineBytes())
		if err != nil {
			return err
		}
		out.SpiffeIDs[one.Name] = pair.Leaf.URIs[0].String()
		out.Serials[one.Name] = pair.Leaf.SerialNumber.Text(16)
		return nil
	}
	validator := one.GetValidationContext().GetCustomValidatorConfig()
	if validator.GetName() != "envoy.tls.cert_validator.spiffe" {
		return errors.New("neither a certificate nor a configuration of the SPIFFE validator")
	}
	config := &transport.SPIFFECertValidatorConfig{}
	if err := validator.TypedConfig.UnmarshalTo(config); err != nil {
		return err
	}
	if err := config.ValidateAll(); err != nil {
		return err
	}
	for _, domain := range config.TrustDomains {
		block, _ := pem.Decode(domain.TrustBundle.GetInlineBytes())
		if block == nil {
			return errors.New("a bundle without a certificate")
		}
		authority, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		if !authority.IsCA {
			return errors.New("a bundle of no authority")
		}
		out.Trusted[one.Name] = append(out.Trusted[one.Name], domain.Name)
	}
	return nil
}

func keys(of map[string]string) []string {
	all := []string{}
	for key := range of {
		all = append(all, key)
	}
	return all
}
