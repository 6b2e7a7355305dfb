// Package main is a service that moves from one folder to another while it reads a
// file of the present one, and may read in one of them only.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// least is how often a read has to be allowed and denied.
const least = 2000

func main() {
	start, err := os.Getwd()
	check(err)
	folders := []string{"data", "secret"}
	for _, folder := range folders {
		check(os.Mkdir(folder, 0o777))
		check(os.WriteFile(filepath.Join(folder, "state"), []byte(folder), 0o666))
	}
	done, left := make(chan bool), make(chan bool)
	go func() {
		defer close(left)
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				check(os.Chdir(filepath.Join(start, folders[i%2])))
			}
		}
	}()
	for name, read := range map[string]func() (string, error){"os": byOS, "syscall": bySyscall} {
		wrong := 0
		for allowed, denied := 0, 0; allowed < least || denied < least; {
			switch text, err := read(); {
			case err != nil:
				denied++
			default:
				allowed++
				if text != "data" {
					wrong++
				}
			}
		}
		if wrong > 0 {
			fmt.Printf("@NAME@ %s: read what it may not %d times\n", name, wrong)
		}
	}
	close(done)
	<-left
	fmt.Println("@NAME@ done")
}

func byOS() (string, error) {
	data, err := os.ReadFile("state")
	return string(data), err
}

func bySyscall() (string, error) {
	fd, err := syscall.Open("state", syscall.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer syscall.Close(fd)
	data := make([]byte, 10)
	n, err := syscall.Read(fd, data)
	return string(data[:max(n, 0)]), err
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
