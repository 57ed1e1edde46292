package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/spiffetls/tlsconfig"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

// serve <SPIFFE ID of the client>: HTTPS on a free port of loopback until SIGTERM. Each answer names the
// caller, and the serial number of the certificate that it showed.
func serve(ctx context.Context, args []string) error {
	source, authorizer, err := sourceAndPeer(ctx, args)
	if err != nil {
		return err
	}
	defer source.Close()
	config := tlsconfig.MTLSServerConfig(source, source, authorizer)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(nameCaller)}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	say(map[string]any{"url": "https://" + listener.Addr().String()})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func nameCaller(w http.ResponseWriter, r *http.Request) {
	caller := r.TLS.PeerCertificates[0]
	id, err := x509svid.IDFromCert(caller)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	fmt.Fprintf(w, "%s %x", id, caller.SerialNumber)
}

// call <SPIFFE ID of the server> <url>: one request on a connection of its own for each line of stdin.
func call(ctx context.Context, args []string) error {
	source, authorizer, err := sourceAndPeer(ctx, args)
	if err != nil {
		return err
	}
	defer source.Close()
	transport := &http.Transport{
		TLSClientConfig:   tlsconfig.MTLSClientConfig(source, source, authorizer),
		DisableKeepAlives: true,
	}
	client := http.Client{Transport: transport}
	say(map[string]any{"ready": true})
	for {
		var line string
		if _, err := fmt.Scanln(&line); err != nil {
			return nil
		}
		say(answerTo(&client, args[1]))
	}
}

func answerTo(client *http.Client, url string) map[string]any {
	response, err := client.Get(url)
	if err != nil {
		return map[string]any{"refusal": err.Error()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return map[string]any{"refusal": err.Error()}
	}
	return map[string]any{"status": response.StatusCode, "body": string(body)}
}

func sourceAndPeer(ctx context.Context, args []string) (*workloadapi.X509Source, tlsconfig.Authorizer, error) {
	if len(args) == 0 {
		return nil, nil, errors.New("which peer?")
	}
	peer, err := spiffeid.FromString(args[0])
	if err != nil {
		return nil, nil, err
	}
	source, err := workloadapi.NewX509Source(ctx)
	return source, tlsconfig.AuthorizeID(peer), err
}
