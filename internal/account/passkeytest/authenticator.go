package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Authenticator is a device whose owner is sitting at a browser on an origin. It
// is not safe for use by several goroutines.
type Authenticator struct {
	Origin     string // of the page: https://turno.example.org
	Unverified bool   // the owner does not show who they are, by a finger or a PIN
	Counter    uint32 // how often it has signed; 0 says that it does not count

	passkeys []passkey
}

type passkey struct {
	id, userHandle []byte
	key            *ecdsa.PrivateKey
}

// The bits of authenticator data (section 6.1).
const (
	userPresent        = 1 << 0
	userVerified       = 1 << 2
	attestedCredential = 1 << 6
)

// options is what of the server's wishes this device looks at.
type options struct {
	PublicKey struct {
		Challenge string
		RPID      string
		RP        struct{ ID string }
		User      struct{ ID string }
		Exclude   []struct{ ID string } `json:"excludeCredentials"`
	}
}

// Create makes a passkey (navigator.credentials.create): it returns the
// credential as JSON.
func (a *Authenticator) Create(request []byte) ([]byte, error) {
	var o options
	if err := json.Unmarshal(request, &o); err != nil {
		return nil, fmt.Errorf("read the options: %w", err)
	}
	if err := a.atHome(o.PublicKey.RP.ID); err != nil {
		return nil, err
	}
	for _, p := range a.passkeys {
		for _, excluded := range o.PublicKey.Exclude {
			if excluded.ID == encode(p.id) {
				return nil, errors.New("there is a passkey for this account already")
			}
		}
	}
	handle, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read the user handle: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	p := passkey{id: make([]byte, 32), userHandle: handle, key: key}
	rand.Read(p.id)
	attested, err := p.attested()
	if err != nil {
		return nil, err
	}
	object, err := webauthncbor.Marshal(map[string]any{
		"fmt": "none", "attStmt": map[string]any{}, "authData": append(a.data(o.PublicKey.RP.ID, attestedCredential), attested...),
	})
	if err != nil {
		return nil, fmt.Errorf("write the attestation: %w", err)
	}
	a.passkeys = append(a.passkeys, p)
	return p.credential(map[string]any{
		"clientDataJSON": encode(a.clientData("webauthn.create", o.PublicKey.Challenge)), "attestationObject": encode(object),
	})
}

// Get signs with the newest passkey (navigator.credentials.get): it returns the
// credential as JSON.
func (a *Authenticator) Get(request []byte) ([]byte, error) {
	var o options
	if err := json.Unmarshal(request, &o); err != nil {
		return nil, fmt.Errorf("read the options: %w", err)
	}
	if err := a.atHome(o.PublicKey.RPID); err != nil {
		return nil, err
	}
	if len(a.passkeys) == 0 {
		return nil, errors.New("there is no passkey")
	}
	p := a.passkeys[len(a.passkeys)-1]
	data, client := a.data(o.PublicKey.RPID, 0), a.clientData("webauthn.get", o.PublicKey.Challenge)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(slices.Concat(data, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return p.credential(map[string]any{
		"clientDataJSON": encode(client), "authenticatorData": encode(data),
		"signature": encode(signature), "userHandle": encode(p.userHandle),
	})
}

// Forget makes the device forget its newest passkey's key, and have another under
// the same id: what somebody has who knows the id and not the key.
func (a *Authenticator) Forget() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	a.passkeys[len(a.passkeys)-1].key = key
	return nil
}

// atHome refuses, as a browser does, what another site asks for.
func (a *Authenticator) atHome(rpID string) error {
	u, err := url.Parse(a.Origin)
	if err != nil || u.Hostname() != rpID {
		return fmt.Errorf("%s may not ask for a passkey of %q", a.Origin, rpID)
	}
	return nil
}

func (a *Authenticator) clientData(kind, challenge string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, kind, challenge, a.Origin)
}

// data is authenticator data without the credential.
func (a *Authenticator) data(rpID string, flags byte) []byte {
	flags |= userPresent
	if !a.Unverified {
		flags |= userVerified
	}
	hash := sha256.Sum256([]byte(rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.Counter)
}

// attested is the credential as authenticator data holds it: no make of device,
// the id, and the public key as COSE has it (RFC 9053, section 7.1.1).
func (p passkey) attested() ([]byte, error) {
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write the public key: %w", err)
	}
	const es256, ec2, p256 = -7, 2, 1
	key, err := webauthncbor.Marshal(map[int]any{1: ec2, 3: es256, -1: p256, -2: point[1:33], -3: point[33:]})
	if err != nil {
		return nil, fmt.Errorf("write the public key: %w", err)
	}
	data := binary.BigEndian.AppendUint16(make([]byte, 16), uint16(len(p.id)))
	return slices.Concat(data, p.id, key), nil
}

func (p passkey) credential(response map[string]any) ([]byte, error) {
	return json.Marshal(map[string]any{
		"id": encode(p.id), "rawId": encode(p.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
