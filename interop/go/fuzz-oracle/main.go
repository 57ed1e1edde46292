// Says what go-spiffe thinks of what the fuzzer made: a line of JSON in, a line of JSON out.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spiffe/go-spiffe/v2/bundle/jwtbundle"
	"github.com/spiffe/go-spiffe/v2/bundle/spiffebundle"
	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/exp/bundle/witbundle"
	"github.com/spiffe/go-spiffe/v2/exp/svid/witsvid"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

type question struct {
	Kind        string   `json:"kind"`
	TrustDomain string   `json:"trustDomain"`
	Text        []byte   `json:"text"`
	Jwks        string   `json:"jwks"`
	Audience    []string `json:"audience"`
	Chain       [][]byte `json:"chain"`
	Authorities [][]byte `json:"authorities"`
	NowMs       int64    `json:"nowMs"`
}

type answer struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<16), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		reply := answer{Accepted: true}
		if err := judge(lines.Bytes()); err != nil {
			reply = answer{Reason: err.Error()}
		}
		encoded, _ := json.Marshal(reply)
		fmt.Fprintf(out, "%s\n", encoded)
		out.Flush()
	}
}

func judge(line []byte) error {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return err
	}
	if q.Kind == "spiffe-id" {
		_, err := spiffeid.FromString(string(q.Text))
		return err
	}
	trustDomain, err := spiffeid.TrustDomainFromString(q.TrustDomain)
	if err != nil {
		return err
	}
	switch q.Kind {
	case "jwt-svid":
		return judgeJwtSvid(trustDomain, q)
	case "wit-svid":
		return judgeWitSvid(trustDomain, q)
	case "x509-svid":
		return judgeX509Svid(trustDomain, q)
	case "spiffe-bundle":
		_, err = spiffebundle.Parse(trustDomain, q.Text)
	case "jwt-bundle":
		_, err = jwtbundle.Parse(trustDomain, q.Text)
	case "wit-bundle":
		_, err = witbundle.Parse(trustDomain, q.Text)
	case "x509-bundle-der":
		_, err = x509bundle.ParseRaw(trustDomain, q.Text)
	case "x509-bundle-pem":
		_, err = x509bundle.Parse(trustDomain, q.Text)
	default:
		err = fmt.Errorf("unknown kind %q", q.Kind)
	}
	return err
}

func judgeJwtSvid(trustDomain spiffeid.TrustDomain, q question) error {
	bundle, err := jwtbundle.Parse(trustDomain, []byte(q.Jwks))
	if err != nil {
		return err
	}
	_, err = jwtsvid.ParseAndValidate(string(q.Text), bundle, q.Audience)
	return err
}

func judgeWitSvid(trustDomain spiffeid.TrustDomain, q question) error {
	bundle, err := witbundle.Parse(trustDomain, []byte(q.Jwks))
	if err != nil {
		return err
	}
	_, err = witsvid.ParseAndValidate(string(q.Text), bundle)
	return err
}

func judgeX509Svid(trustDomain spiffeid.TrustDomain, q question) error {
	bundle := x509bundle.New(trustDomain)
	for _, der := range q.Authorities {
		// An authority that can't be read vouches for nobody.
		if authority, err := x509.ParseCertificate(der); err == nil {
			bundle.AddX509Authority(authority)
		}
	}
	_, _, err := x509svid.ParseAndVerify(q.Chain, bundle, x509svid.WithTime(time.UnixMilli(q.NowMs)))
	return err
}
