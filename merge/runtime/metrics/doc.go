// Package metrics writes what a merged binary reports in the text format of Prometheus.
package metrics
