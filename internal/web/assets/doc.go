// Package assets is the files that pages load: one stylesheet, a few small
// modules of JavaScript, and the icons.
//
// It owns their addresses and how they are sent. It must never know a page.
package assets
