// Command manifest is a service for the test of the manifest.
package main

func main() {}
