// Package passkeytest is an authenticator in software, for tests: a device that
// makes passkeys and signs with them, with real keys and real signatures.
//
// It owns what a browser and a device do together (WebAuthn level 3). It must
// never know the server that it is shown to. Only tests import it.
package passkeytest
