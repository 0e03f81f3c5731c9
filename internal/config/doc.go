// Package config is what the program can be told: flags, the environment
// variables of the same names, and what they are when nothing is said.
//
// It owns the names, the defaults and the bounds of the settings. It must never
// act on one, and holds no state: a command gets its settings as one value.
package config
