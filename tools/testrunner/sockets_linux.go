package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The states that /proc/net has for sockets which wait for others.
const (
	tcpListen      = "0A"
	udpUnconnected = "07"
)

// listening returns the addresses at which a process waits for connections or
// packets, as "tcp 127.0.0.1:80", sorted. ok is false where the system does
// not tell.
func listening(pid int) (addresses []string, ok bool) {
	own := map[string]bool{} // inodes of its sockets
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, file := range files {
		target, _ := os.Readlink(file)
		if inode, isSocket := strings.CutPrefix(target, "socket:["); isSocket {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	for network, state := range map[string]string{"tcp": tcpListen, "tcp6": tcpListen, "udp": udpUnconnected, "udp6": udpUnconnected} {
		table, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, network))
		if os.IsNotExist(err) {
			continue // no IPv6, or the process has ended
		}
		if err != nil {
			return nil, false
		}
		lines := bufio.NewScanner(table)
		for lines.Scan() {
			// sl local_address rem_address st ... inode
			columns := strings.Fields(lines.Text())
			if len(columns) > 9 && columns[3] == state && own[columns[9]] {
				if addr, err := parseAddress(columns[1]); err == nil {
					addresses = append(addresses, strings.TrimSuffix(network, "6")+" "+addr)
				}
			}
		}
		table.Close()
	}
	slices.Sort(addresses)
	return addresses, true
}

// parseAddress reads an address and a port in hexadecimal digits. The address
// is in words of four bytes, each as the machine has it in memory.
func parseAddress(text string) (string, error) {
	digits, portDigits, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return "", err
	}
	for word := range slices.Chunk(raw, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	ip, _ := netip.AddrFromSlice(raw)
	port, err := strconv.ParseUint(portDigits, 16, 16)
	if err != nil {
		return "", err
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(port)).String(), nil
}
