package main

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/spiffe/go-spiffe/v2/exp/bundle/witbundle"
	"github.com/spiffe/go-spiffe/v2/exp/svid/witsvid"
	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

// jwt <audience> <another audience>
func fetchAndValidateJWT(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("jwt takes two audiences")
	}
	audience, another := args[0], args[1]
	source, err := workloadapi.NewJWTSource(ctx)
	if err != nil {
		return err
	}
	defer source.Close()
	svid, err := source.FetchJWTSVID(ctx, jwtsvid.Params{Audience: audience})
	if err != nil {
		return err
	}
	local, err := jwtsvid.ParseAndValidate(svid.Marshal(), source, []string{audience})
	if err != nil {
		return err
	}
	remote, err := workloadapi.ValidateJWTSVID(ctx, svid.Marshal(), audience)
	if err != nil {
		return err
	}
	_, localRefusal := jwtsvid.ParseAndValidate(svid.Marshal(), source, []string{another})
	_, remoteRefusal := workloadapi.ValidateJWTSVID(ctx, svid.Marshal(), another)
	say(map[string]any{
		"spiffeId": svid.ID.String(), "audience": svid.Audience, "hint": svid.Hint,
		"locally": local.ID.String(), "remotely": remote.ID.String(),
		"localRefusal": textOf(localRefusal), "remoteRefusal": textOf(remoteRefusal),
	})
	return nil
}

func fetchBundles(ctx context.Context, _ []string) error {
	x509Bundles, err := workloadapi.FetchX509Bundles(ctx)
	if err != nil {
		return err
	}
	jwtBundles, err := workloadapi.FetchJWTBundles(ctx)
	if err != nil {
		return err
	}
	x509, jwt := map[string][]string{}, map[string][]string{}
	for _, bundle := range x509Bundles.Bundles() {
		x509[bundle.TrustDomain().Name()] = base64Of(bundle.X509Authorities())
	}
	for _, bundle := range jwtBundles.Bundles() {
		jwt[bundle.TrustDomain().Name()] = slices.Collect(maps.Keys(bundle.JWTAuthorities()))
	}
	say(map[string]any{"x509": x509, "jwt": jwt})
	return nil
}

// wit: the profile that go-spiffe calls experimental.
func fetchWIT(ctx context.Context, _ []string) error {
	svids, err := workloadapi.FetchWITSVIDs(ctx, "")
	if err != nil {
		return err
	}
	bundles, err := workloadapi.FetchWITBundles(ctx)
	if err != nil {
		return err
	}
	for _, svid := range svids {
		_, refusal := witsvid.ParseAndValidate(svid.Marshal(), bundles)
		_, byNone := witsvid.ParseAndValidate(svid.Marshal(), witbundle.NewSet())
		say(map[string]any{
			"spiffeId": svid.ID.String(), "hint": svid.Hint, "holdsKey": svid.PrivateKey != nil,
			"refusal": textOf(refusal), "refusalByOtherBundle": textOf(byNone),
		})
	}
	return nil
}
