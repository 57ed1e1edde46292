package main

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"

	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

type svidLine struct {
	SPIFFEID string   `json:"spiffeId"`
	Hint     string   `json:"hint"`
	Chain    []string `json:"chain"`
	// Of go-spiffe's own verification: empty where it is content.
	Refusal              string `json:"refusal"`
	RefusalByOtherBundle string `json:"refusalByOtherBundle"`
}

type contextLine struct {
	SVIDs   []svidLine          `json:"svids"`
	Bundles map[string][]string `json:"bundles"`
}

func fetchX509(ctx context.Context, _ []string) error {
	x509Context, err := workloadapi.FetchX509Context(ctx)
	if err != nil {
		return err
	}
	say(lineOf(x509Context))
	return nil
}

// Ends well once the default identity has another certificate than at first.
func watchX509(ctx context.Context, _ []string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	rotation := &rotationWatcher{done: func() { cancel(errRotated) }, failed: cancel}
	_ = workloadapi.WatchX509Context(ctx, rotation)
	if cause := context.Cause(ctx); !errors.Is(cause, errRotated) {
		return cause
	}
	return nil
}

var errRotated = errors.New("rotated")

type rotationWatcher struct {
	first  *x509.Certificate
	done   func()
	failed func(error)
}

func (w *rotationWatcher) OnX509ContextUpdate(update *workloadapi.X509Context) {
	say(lineOf(update))
	leaf := update.DefaultSVID().Certificates[0]
	if w.first == nil {
		w.first = leaf
	} else if !w.first.Equal(leaf) {
		w.done()
	}
}

func (w *rotationWatcher) OnX509ContextWatchError(err error) {
	if !errors.Is(err, context.Canceled) {
		w.failed(err)
	}
}

func lineOf(x509Context *workloadapi.X509Context) contextLine {
	line := contextLine{Bundles: map[string][]string{}}
	for _, svid := range x509Context.SVIDs {
		line.SVIDs = append(line.SVIDs, svidLine{
			SPIFFEID:             svid.ID.String(),
			Hint:                 svid.Hint,
			Chain:                base64Of(svid.Certificates),
			Refusal:              refusal(svid, x509Context.Bundles),
			RefusalByOtherBundle: refusal(svid, x509bundle.NewSet(x509bundle.New(spiffeid.RequireTrustDomainFromString("other.test")))),
		})
	}
	for _, bundle := range x509Context.Bundles.Bundles() {
		line.Bundles[bundle.TrustDomain().Name()] = base64Of(bundle.X509Authorities())
	}
	return line
}

func refusal(svid *x509svid.SVID, bundles x509bundle.Source) string {
	_, _, err := x509svid.Verify(svid.Certificates, bundles)
	return textOf(err)
}

func base64Of(certificates []*x509.Certificate) []string {
	var all []string
	for _, certificate := range certificates {
		all = append(all, base64.StdEncoding.EncodeToString(certificate.Raw))
	}
	return all
}
