//go:build linux

// Command netsim joins network namespaces by a switch that delays and loses packets, for kernels that
// cannot do so themselves. It makes the namespaces, and removes them at its end. Each has a device with
// its IP address. It needs root, the program ip and /dev/net/tun.
//
//	netsim DELAY LOSS NAME=IP...
//
// DELAY is the time from one namespace to another, and LOSS the share of lost packets. When it is
// ready, it prints "ready" and reads lines from standard input: "cut NAME" and "heal NAME". The
// program ip starts programs in a namespace: ip netns exec NAME PROGRAM.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	if err := simulate(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "netsim:", err)
		os.Exit(1)
	}
}

// A port is the end of a namespace at the switch.
type port struct {
	name string
	ip   netip.Addr
	dev  *os.File
	cut  atomic.Bool
	out  chan packet // packets to the namespace
}

// A packet is on its way to a namespace.
type packet struct {
	due  time.Time
	data []byte
}

const (
	// device is the name of the device in each namespace.
	device = "sim0"

	// queueLength is the number of packets that may be on their way to a namespace.
	queueLength = 1 << 14

	// maxPacket is the largest length of a packet [bytes].
	maxPacket = 1 << 16
)

// A network is a switch with its ports.
type network struct {
	delay time.Duration
	loss  float64
	ports map[netip.Addr]*port
}

// simulate makes the namespaces, and joins them until standard input ends.
func simulate(args []string) (err error) {
	if len(args) < 3 {
		return errors.New("want DELAY LOSS NAME=IP...")
	}
	n := &network{ports: map[netip.Addr]*port{}}
	if n.delay, err = time.ParseDuration(args[0]); err != nil {
		return err
	}
	if n.loss, err = strconv.ParseFloat(args[1], 64); err != nil {
		return err
	}
	for _, arg := range args[2:] {
		p, err := newPort(arg)
		if p != nil {
			defer ip("netns", "del", p.name)
		}
		if err != nil {
			return err
		}
		n.ports[p.ip] = p
	}
	for _, p := range n.ports {
		go p.deliver()
		go n.forward(p, rand.New(rand.NewPCG(1, uint64(p.ip.As4()[3]))))
	}
	fmt.Println("ready")
	return n.obey(bufio.NewScanner(os.Stdin))
}

// obey cuts namespaces off and connects them again, as the lines say.
func (n *network) obey(lines *bufio.Scanner) error {
	for lines.Scan() {
		what, name, _ := strings.Cut(lines.Text(), " ")
		for _, p := range n.ports {
			if p.name == name {
				p.cut.Store(what == "cut")
			}
		}
	}
	return lines.Err()
}

// newPort makes the namespace of an argument NAME=IP. If it is made, the port is not nil, even with an error.
func newPort(arg string) (*port, error) {
	name, text, _ := strings.Cut(arg, "=")
	addr, err := netip.ParseAddr(text)
	if err == nil && !addr.Is4() {
		err = fmt.Errorf("%s: want NAME=IP with an IP address of version 4", arg)
	}
	if err != nil {
		return nil, err
	}
	ip("netns", "del", name) // an earlier netsim that was killed has left it
	if err := ip("netns", "add", name); err != nil {
		return nil, err
	}
	p := &port{name: name, ip: addr, out: make(chan packet, queueLength)}
	if p.dev, err = open(name); err != nil {
		return p, err
	}
	return p, errors.Join(
		ip("-n", name, "link", "set", "lo", "up"),
		ip("-n", name, "addr", "add", text+"/24", "dev", device),
		ip("-n", name, "link", "set", device, "up"))
}

// deliver writes the packets to the namespace when they are due.
func (p *port) deliver() {
	for k := range p.out {
		time.Sleep(time.Until(k.due))
		p.dev.Write(k.data) // a packet that cannot be written is lost
	}
}

// forward reads the packets from a namespace, and sends them to the others, except the lost ones.
func (n *network) forward(from *port, losses *rand.Rand) {
	buf := make([]byte, maxPacket)
	for {
		size, err := from.dev.Read(buf)
		if err != nil {
			return
		}
		if size < 20 || buf[0]>>4 != 4 { // no IPv4
			continue
		}
		to := n.ports[netip.AddrFrom4([4]byte(buf[16:20]))] // destination address, RFC 791, section 3.1
		if to == nil || from.cut.Load() || to.cut.Load() || losses.Float64() < n.loss {
			continue
		}
		select {
		case to.out <- packet{time.Now().Add(n.delay), append([]byte(nil), buf[:size]...)}:
		default: // a full queue loses packets, as routers do
		}
	}
}

// open makes the device in a namespace. A thread is in one namespace: this one enters it and comes back.
func open(name string) (*os.File, error) {
	runtime.LockOSThread() // after an error the thread is not unlocked, and ends with its goroutine
	own, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, err
	}
	defer own.Close()
	ns, err := os.Open("/run/netns/" + name)
	if err != nil {
		return nil, err
	}
	defer ns.Close()
	if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("entering the namespace %s: %w", name, err)
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(device)
	if err != nil {
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return nil, fmt.Errorf("making %s: %w", device, err)
	}
	if err := unix.Setns(int(own.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	runtime.UnlockOSThread()
	return os.NewFile(uintptr(fd), device), nil
}

// ip runs the program ip.
func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}
