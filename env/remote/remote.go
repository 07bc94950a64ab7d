// Package remote lets another program drive an environment, one line of JSON for one line
// of JSON:
//
//	{"reset":{"seed":7}}   {"obs":[…],"state":[…]}
//	{"action":1}           {"obs":[…],"reward":1,"terminated":false,"truncated":false,"state":[…]}
//	{"state":[…]}          sets the physical state, and answers like a reset
//	{"describe":true}      the environment's spaces, time limit and threshold
//	anything else          {"error":"…"}, and it goes on
//
// Answers of an environment that forbids actions have its "mask", a list of booleans.
// "draws":[…] beside an action or a reset gives the random numbers that it consumes.
package remote

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/rlrun/rlrun/env"
)

// maxLine bounds a request, in bytes.
const maxLine = 1 << 20

// Serve answers every line of in on out, until in ends. At the end e is closed, if it is an
// io.Closer.
func Serve(in io.Reader, out io.Writer, e env.Env) (err error) {
	s, err := newSession(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.episode.Close()) }()
	return serve(in, out, s)
}

// serve answers every line of in.
func serve(in io.Reader, out io.Writer, s *session) error {
	lines, answers := bufio.NewReaderSize(in, maxLine), bufio.NewWriter(out)
	for {
		line, err := lines.ReadSlice('\n')
		var answer any
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = lines.ReadSlice('\n')
			}
			answer = failure{fmt.Sprintf("a line of more than %d bytes", maxLine)}
		case len(line) > 0:
			answer = s.answer(line)
		}
		if answer != nil {
			if err := json.NewEncoder(answers).Encode(answer); err != nil {
				return err
			}
			if err := answers.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
