// Package openings turns a doctor's stored calendar into what package schedule
// computes with: rules, and the time that is taken.
//
// It owns which stored value becomes which rule, which busy periods still count,
// and the zones that were loaded for it. It must never know who asks, or for what
// the open times are wanted.
package openings
