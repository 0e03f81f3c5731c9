// Package seal encrypts the few things that must be read back but mean harm in
// the wrong hands: the reason for a visit, one-time-code seeds.
//
// It owns the form of a sealed value and which key opens it. It must never know
// where keys are kept or what is inside.
package seal
