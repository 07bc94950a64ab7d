package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// An output is standard output or standard error. Everything that rlrun prints goes through
// an output. It escapes control characters, for example as \u001b, because they could change
// the terminal. After the first error it writes nothing more, and keeps the error.
type output struct {
	mu   sync.Mutex
	w    io.Writer
	rest []byte        // first bytes of a character that the next Write completes
	err  error         // first error of w
	lost chan struct{} // closed when the reader of w has gone
}

// newOutput returns an output that writes to w.
func newOutput(w io.Writer) *output { return &output{w: w, lost: make(chan struct{})} }

// Write writes text. It keeps line breaks and tabs, and escapes other control characters.
func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	whole := text
	if len(o.rest) > 0 {
		whole = append(o.rest, text...)
	}
	end := wholeCharacters(whole)
	o.send(visible(whole[:end]))
	o.rest = append([]byte(nil), whole[end:]...)
	if o.err != nil {
		return 0, o.err
	}
	return len(text), nil
}

// redraw replaces the last line of the terminal with line.
func (o *output) redraw(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send(append([]byte("\r\x1b[K"), visible([]byte(line))...))
}

// send writes data unchanged, unless an earlier write has failed.
func (o *output) send(data []byte) {
	if o.err != nil || len(data) == 0 {
		return
	}
	if _, o.err = o.w.Write(data); readerGone(o.err) {
		close(o.lost)
	}
}

// failure returns a message about the first write error, or nil if there is no error.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		return nil
	}
	err := o.err
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // without the stream's name, which would not help the user
	}
	return fmt.Errorf("writing to standard output: %w", err)
}

// readerGone reports whether err means that the reader of a pipe has closed it.
func readerGone(err error) bool {
	const noData = syscall.Errno(232) // ERROR_NO_DATA, the error of Windows
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || runtime.GOOS == "windows" && errors.Is(err, noData)
}

// wholeCharacters returns the length of text without an incomplete last character.
func wholeCharacters(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return len(text) - n
			}
			break
		}
	}
	return len(text)
}

// visible returns text with escapes for control characters and for characters that change
// the writing direction. It uses JSON's escapes, so JSON text keeps its meaning.
func visible(text []byte) []byte {
	hidden := func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) || r == utf8.RuneError
	}
	if bytes.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			b = fmt.Appendf(b, `\x%02x`, text[0])
		case hidden(r) && r != utf8.RuneError:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, text[:n]...)
		}
		text = text[n:]
	}
	return b
}

// maxMessage is the largest length of a message, in characters.
const maxMessage = 2000

// oneLine returns text with line breaks and tabs replaced.
func oneLine(text string) string {
	return strings.NewReplacer("\r\n", "; ", "\n", "; ", "\t", " ").Replace(text)
}

// message returns the text of err in one line of at most maxMessage characters.
func message(err error) string {
	var parts []string // lines of joined errors, without repetitions
	for part := range strings.Lines(err.Error()) {
		if part = oneLine(strings.TrimRight(part, "\r\n")); part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, "; ")
	if r := []rune(text); len(r) > maxMessage {
		text = string(r[:maxMessage]) + "…"
	}
	return text
}
