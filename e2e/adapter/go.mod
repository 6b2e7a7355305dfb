// Keeps the files out of the module of the folder above. Their import paths are in
// BUILD files.
module acme.example/adapter

go 1.25.0
