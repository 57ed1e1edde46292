package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"

	agentv1 "github.com/spiffe/spire-api-sdk/proto/spire/api/server/agent/v1"
	bundlev1 "github.com/spiffe/spire-api-sdk/proto/spire/api/server/bundle/v1"
	"github.com/spiffe/spire-api-sdk/proto/spire/api/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Agent is an attested agent with a connection for each client.
type Agent struct {
	id          *types.SPIFFEID
	operator    *grpc.ClientConn
	connections []*grpc.ClientConn
}

func becomeAgent(orders Orders) (*Agent, error) {
	ctx := context.Background()
	operator, err := grpc.NewClient("unix:"+orders.Socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	// The server may still be starting.
	order := &agentv1.CreateJoinTokenRequest{Ttl: 600}
	token, err := agentv1.NewAgentClient(operator).CreateJoinToken(ctx, order, grpc.WaitForReady(true))
	if err != nil {
		return nil, err
	}
	roots, err := authorities(ctx, operator)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	svid, err := attest(ctx, orders.Address, roots, token.Value, csr)
	if err != nil {
		return nil, err
	}
	certificate := tls.Certificate{Certificate: svid.CertChain, PrivateKey: key}
	agent := &Agent{id: svid.Id, operator: operator}
	for range orders.Clients {
		connection, err := dial(orders.Address, roots, certificate)
		if err != nil {
			return nil, err
		}
		agent.connections = append(agent.connections, connection)
	}
	return agent, nil
}

func attest(ctx context.Context, address string, roots *x509.CertPool, token string, csr []byte) (*types.X509SVID, error) {
	connection, err := dial(address, roots)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	stream, err := agentv1.NewAgentClient(connection).AttestAgent(ctx)
	if err != nil {
		return nil, err
	}
	data := &types.AttestationData{Type: "join_token", Payload: []byte(token)}
	params := &agentv1.AttestAgentRequest_Params{Data: data, Params: &agentv1.AgentX509SVIDParams{Csr: csr}}
	request := &agentv1.AttestAgentRequest{Step: &agentv1.AttestAgentRequest_Params_{Params: params}}
	if err := stream.Send(request); err != nil {
		return nil, err
	}
	answer, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	return answer.GetResult().GetSvid(), nil
}

func authorities(ctx context.Context, operator *grpc.ClientConn) (*x509.CertPool, error) {
	bundle, err := bundlev1.NewBundleClient(operator).GetBundle(ctx, &bundlev1.GetBundleRequest{})
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	for _, authority := range bundle.X509Authorities {
		certificate, err := x509.ParseCertificate(authority.Asn1)
		if err != nil {
			return nil, err
		}
		roots.AddCert(certificate)
	}
	return roots, nil
}

// The server's certificate has a SPIFFE ID and no host name: its chain is what is verified.
func dial(address string, roots *x509.CertPool, own ...tls.Certificate) (*grpc.ClientConn, error) {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		Certificates:       own,
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("the server has no certificate")
			}
			intermediates := x509.NewCertPool()
			for _, certificate := range state.PeerCertificates[1:] {
				intermediates.AddCert(certificate)
			}
			options := x509.VerifyOptions{Roots: roots, Intermediates: intermediates}
			_, err := state.PeerCertificates[0].Verify(options)
			return err
		},
	}
	return grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(config)))
}
