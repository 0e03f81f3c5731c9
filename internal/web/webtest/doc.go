// Package webtest is a clinic with a web site on a real database, and two kinds
// of visitor to it: one that follows links and sends forms as a browser without
// scripts does, and a real Chromium.
//
// It is for tests only.
package webtest
