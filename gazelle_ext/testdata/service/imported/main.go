package main

import "example.com/shop/imported/internal/app"

func main() { app.Run() }
