// Package platform is shared between services by tests.
package platform

// Name is the platform's name.
const Name = "platform"
