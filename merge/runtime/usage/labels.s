// Go code may declare functions without a body only next to assembly.
