package api

import (
	"os"
	"testing"
)

func TestDoc(t *testing.T) {
	d, err := Document("1")
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/openapi.json", d, 0o644)
}
