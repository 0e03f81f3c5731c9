// Command turno is the appointment platform: the server and what goes with it.
//
// It owns the process: signals, standard streams and the exit status. What the
// commands do is in package app.
package main
