// Package reports has the forms of what a merged binary reports through its
// admin interface, as JSON: its links and their counters, its services, and what
// these have of the process.
package reports
