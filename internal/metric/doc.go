// Package metric counts and measures, and writes what it has in the text form of
// Prometheus. It owns names, help and labels; what the numbers mean is its users'
// to know. The counting itself is VictoriaMetrics' (docs/decisions/0033).
package metric
