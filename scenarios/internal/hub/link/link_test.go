package link

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestParse checks which addresses are those of a hub.
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"nats://head": "nats://head:4222", "nats://head:1": "nats://head:1", "tls://192.0.2.7/": "tls://192.0.2.7:4222", "nats://[::1]": "nats://[::1]:4222",
		"": "", "head:4222": "", "http://head": "", "nats://": "", "nats://head/path": "", "nats://head?x=1": "", "nats://me@head": "", "nats://head:x": "",
	} {
		u, err := Access{URL: text}.parse()
		if want == "" && !errors.Is(err, ErrUser) || want != "" && (err != nil || u.String() != want) {
			t.Errorf("parse(%q) = %v, %v, want %q", text, u, err, want)
		}
	}
}

// FuzzParse checks that every accepted address has a host and a port, and that refusing one is a sentence.
func FuzzParse(f *testing.F) {
	f.Add("nats://head:4222")
	f.Add("tls://[::1]")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := Access{URL: text}.parse()
		if err == nil && (u.Hostname() == "" || u.Port() == "" || u.User != nil) {
			t.Errorf("parse(%q) = %v, want a host and a port", text, u)
		}
	})
}

// TestReadToken checks that a token is one word.
func TestReadToken(t *testing.T) {
	for text, want := range map[string]string{"abc": "abc", "abc\n": "abc", " abc \r\n": "abc", "": "", "\n": "", "a b": "", "a\nb": ""} {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadToken(file); got != want || (err == nil) != (want != "") {
			t.Errorf("ReadToken of %q = %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestWriteSecretsRefuses checks that hosts that are no hosts are refused before anything is written.
func TestWriteSecretsRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	for _, host := range []string{"", "http://head", "head:4222", "two words", "me@head"} {
		if err := WriteSecrets(dir, []string{"head", host}, time.Now()); err == nil || !strings.Contains(err.Error(), "is not a host") {
			t.Errorf("WriteSecrets for %q = %v, want that it is not a host", host, err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory afterwards: %v, want none", err)
	}
}

// TestRetry checks that Retry ends with success, with a final error, and with its context.
func TestRetry(t *testing.T) {
	passing, final := errors.New("passing"), errors.New("final")
	n := 0
	err := Retry(t.Context(), func() error {
		if n++; n < 3 {
			return passing
		}
		return nil
	}, nil)
	if err != nil || n != 3 {
		t.Errorf("Retry = %v after %d calls, want nil after 3", err, n)
	}
	if err := Retry(t.Context(), func() error { return final }, func(err error) bool { return err == final }); err != final {
		t.Errorf("Retry = %v, want the final error", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("cause")
	err = Retry(ctx, func() error { cancel(cause); return passing }, nil)
	if !errors.Is(err, cause) || !errors.Is(err, passing) {
		t.Errorf("Retry with an ended context = %v, want its cause and the latest error", err)
	}
}
