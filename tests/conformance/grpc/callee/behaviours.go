package main

import "maps"

// behaviours are what the callee does in the cases in which it does not echo.
var behaviours = func() map[string]behaviour {
	all := map[string]behaviour{}
	for _, some := range []map[string]behaviour{
		messages(), metadataCases(), statuses(), deadlines(), headers(), hooks(), streams(), limits(), panics(), lifecycle(), governance(),
	} {
		maps.Copy(all, some)
	}
	return all
}()
