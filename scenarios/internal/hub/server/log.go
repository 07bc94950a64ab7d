package server

import (
	"fmt"
	"strings"
	"sync"
)

// A log is the server's logger. It keeps the latest error and counts what clients do wrong. Anybody
// who can reach the port can cause such messages, so they are not printed.
type log struct {
	mu      sync.Mutex
	latest  string
	clients int // number of errors of clients
}

// Errorf keeps an error of the server.
func (l *log) Errorf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.Contains(text, " - cid:") {
		l.clients++
	} else {
		l.latest = text
	}
}

// Fatalf keeps an error that ends the server.
func (l *log) Fatalf(format string, args ...any) { l.Errorf(format, args...) }

// Noticef ignores a notice.
func (l *log) Noticef(string, ...any) {}

// Warnf ignores a warning.
func (l *log) Warnf(string, ...any) {}

// Debugf ignores a message for debugging.
func (l *log) Debugf(string, ...any) {}

// Tracef ignores a message of the protocol.
func (l *log) Tracef(string, ...any) {}

// reason returns the latest error as the end of a sentence, or "".
func (l *log) reason() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.latest == "" {
		return ""
	}
	return ": " + l.latest
}
