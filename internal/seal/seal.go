package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrUnknownKey says that a value was sealed with a key that we do not have.
var ErrUnknownKey = errors.New("sealed with an unknown key")

const (
	keySize   = chacha20poly1305.KeySize
	keyIDSize = 4
)

// Box seals with its first key and opens with any of them: rotating a key is
// putting a new one in front. The zero Box can't be used; make one with NewBox.
type Box struct {
	keys []key
}

type key struct {
	id     [keyIDSize]byte
	secret []byte
}

// NewKey makes a key in the form that NewBox reads.
func NewKey() string {
	secret := make([]byte, keySize)
	rand.Read(secret)
	return base64.StdEncoding.EncodeToString(secret)
}

// NewBox reads keys, one base64 value of 32 bytes a line, the current one first.
func NewBox(text string) (*Box, error) {
	box := &Box{}
	for line := range strings.FieldsSeq(text) {
		secret, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(secret) != keySize {
			return nil, fmt.Errorf("a sealing key is %d bytes in base64", keySize)
		}
		sum := sha256.Sum256(append([]byte("turno key id\x00"), secret...))
		box.keys = append(box.keys, key{[keyIDSize]byte(sum[:]), secret})
	}
	if len(box.keys) == 0 {
		return nil, errors.New("there is no sealing key")
	}
	return box, nil
}

// KeyID names the key that Seal uses, in hexadecimal. It tells nothing of the key.
func (b *Box) KeyID() string { return hex.EncodeToString(b.keys[0].id[:]) }

// Seal encrypts plain (XChaCha20-Poly1305) so that only Open with the same
// context, the id of its row, reads it. The form is key id, nonce, ciphertext.
func (b *Box) Seal(plain, context []byte) []byte {
	k := b.keys[0]
	sealed := make([]byte, keyIDSize+chacha20poly1305.NonceSizeX, keyIDSize+chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	copy(sealed, k.id[:])
	nonce := sealed[keyIDSize:]
	rand.Read(nonce)
	return k.aead().Seal(sealed, nonce, plain, context)
}

// Open decrypts what Seal made. It returns ErrUnknownKey, or an error when the
// value was changed or belongs to another row.
func (b *Box) Open(sealed, context []byte) ([]byte, error) {
	if len(sealed) < keyIDSize+chacha20poly1305.NonceSizeX {
		return nil, errors.New("open a sealed value: too short")
	}
	id, nonce := [keyIDSize]byte(sealed), sealed[keyIDSize:keyIDSize+chacha20poly1305.NonceSizeX]
	for _, k := range b.keys {
		if k.id == id {
			plain, err := k.aead().Open(nil, nonce, sealed[keyIDSize+len(nonce):], context)
			if err != nil {
				return nil, fmt.Errorf("open a sealed value: %w", err)
			}
			return plain, nil
		}
	}
	return nil, ErrUnknownKey
}

func (k key) aead() cipher.AEAD {
	aead, err := chacha20poly1305.NewX(k.secret)
	if err != nil {
		panic(err) // the length was checked in NewBox
	}
	return aead
}
