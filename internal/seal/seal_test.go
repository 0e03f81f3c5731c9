package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/turno-health/turno/internal/seal"
)

func newBox(t *testing.T, keys string) *seal.Box {
	t.Helper()
	box, err := seal.NewBox(keys)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestOnlyTheSameRowOpensASealedValue(t *testing.T) {
	t.Parallel()
	box := newBox(t, seal.NewKey())
	sealed := box.Seal([]byte("a cough"), []byte("row 1"))
	if bytes.Contains(sealed, []byte("cough")) {
		t.Error("the sealed value can be read")
	}
	if plain, err := box.Open(sealed, []byte("row 1")); err != nil || string(plain) != "a cough" {
		t.Errorf("got %q, %v", plain, err)
	}
	if _, err := box.Open(sealed, []byte("row 2")); err == nil {
		t.Error("another row opens it")
	}
	if bytes.Equal(sealed, box.Seal([]byte("a cough"), []byte("row 1"))) {
		t.Error("equal texts must not look equal")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := box.Open(changed, []byte("row 1")); err == nil {
			t.Errorf("byte %d was changed and nobody noticed", i)
		}
	}
	if _, err := box.Open(sealed[:10], nil); err == nil {
		t.Error("a value that was cut short opens")
	}
}

func TestARotatedKeyStillOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	oldKey, newKey := seal.NewKey(), seal.NewKey()
	sealed := newBox(t, oldKey).Seal([]byte("a cough"), nil)
	both := newBox(t, newKey+"\n"+oldKey+"\n")
	if plain, err := both.Open(sealed, nil); err != nil || string(plain) != "a cough" {
		t.Errorf("got %q, %v", plain, err)
	}
	if both.KeyID() != newBox(t, newKey).KeyID() {
		t.Error("the first key must be the one that seals")
	}
	if _, err := newBox(t, newKey).Open(sealed, nil); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("without the old key: %v", err)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \n", "not base64!", "c2hvcnQ="} {
		if _, err := seal.NewBox(text); err == nil {
			t.Errorf("%q was taken for a key", text)
		}
	}
}
