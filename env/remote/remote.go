// Package remote lets another program drive an environment. It reads one line of JSON for each
// request and writes one line of JSON as the answer:
//
//	{"reset":{"seed":7}}   {"obs":[…],"state":[…]}; "options":{…} beside the seed are for an env.ResetOptioner
//	{"action":1}           {"obs":[…],"reward":1,"terminated":false,"truncated":false,"state":[…]}
//	{"state":[…]}          sets the physical state; the answer is like a reset's
//	{"describe":true}      the environment's spaces, time limit and threshold
//	anything else          {"error":"…"}; the session continues
//
// An observation is a list of numbers. If the observation space is a Dict, it is an object with a
// value for each field. If the environment has masks, the answers have a "mask", a list of booleans. If
// its task is given in words, they have a "mission". A request with an
// action or a reset may also have the key "draws": a list of the random numbers that the
// environment then uses. A request with a state may have the key "warm": the numbers from which the
// environment's solver starts: see env.WarmStarter.
//
// Serve runs a session until the input ends. Describe returns the answer to a "describe" request.
package remote

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/rlrun/rlrun/env"
)

// maxLine is the longest request in bytes.
const maxLine = 1 << 20

// Serve reads requests from in, one in each line, and writes the answers to out. When in ends, it
// closes e if e is an io.Closer.
func Serve(in io.Reader, out io.Writer, e env.Env) (err error) {
	s, err := newSession(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.episode.Close()) }()
	return serve(in, out, s)
}

// serve answers every request of in with the session s.
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
			answer = errorReply{fmt.Sprintf("a line of more than %d bytes", maxLine)}
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
