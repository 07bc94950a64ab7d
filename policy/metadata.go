package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/rlrun/rlrun/env"
)

// Meta says where a saved policy comes from.
type Meta struct {
	Env   string // id of the environment that the policy was trained in
	Agent string // name of the agent that trained it
}

// Versions of the file format. A file of version 1 has tensors, but no description of its policy.
const (
	fileVersion    = "2"
	earlierVersion = "1"
)

// ErrEarlier is the error of Open, Read and Load for a file of version 1. Such a file has no
// description of the networks, so its tensors cannot be used.
var ErrEarlier = errors.New("it is of an earlier version and does not say what its networks are: open the run directory that it is in, or train again")

// ErrOwnType is the error of Open and Read for the file of a policy type that package policy
// does not have. The program that has this type can load the file with Load.
var ErrOwnType = errors.New("it needs the program that made it, which can load it into a policy of this type")

// metadata returns the metadata of a file with policy p.
func metadata(p Policy, m Meta) (map[string]string, error) {
	if v, ok := p.(*Valued); ok {
		p = v.Policy // without the memory of the critics
	}
	s, d := p.Spec(), designOf(p)
	info := map[string]string{
		"format": "pt", "version": fileVersion, "env": m.Env, "agent": m.Agent,
		"policy": typeName(p), "memory": strconv.Itoa(s.Memory),
	}
	for key, space := range map[string]env.Space{"observation_space": s.Obs, "action_space": s.Act} {
		text, err := env.MarshalSpace(space)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		info[key] = string(text)
	}
	if d == nil {
		return info, nil
	}
	return info, d.writeTo(info)
}

// typeName returns the name of p's type in policy files. For a type of this package the name is
// its kind; for a type of another package it is the Go type.
func typeName(p Policy) string {
	if d := designOf(p); d != nil {
		return string(d.kind)
	}
	return fmt.Sprintf("%T", p)
}

// writeTo adds the design to a file's metadata.
func (d *design) writeTo(info map[string]string) error {
	if len(d.plans) > 0 {
		text, err := json.Marshal(d.plans)
		if err != nil {
			return err
		}
		info["networks"] = string(text)
	}
	if d.kind == tilesKind {
		text, err := json.Marshal(d.tiles)
		if err != nil {
			return err
		}
		info["tiles"] = string(text)
	}
	if d.head != "" {
		info["head"], info["use_sde"] = d.head, strconv.FormatBool(d.sde)
	}
	if d.sde {
		info["use_expln"] = strconv.FormatBool(d.expln)
	}
	if d.embedding {
		info["embedding"] = "true"
	}
	if d.bytes {
		info["raw_images"] = "true"
	}
	if d.kind == qKind {
		info["dueling"] = strconv.FormatBool(d.dueling)
	}
	info["norm_obs"] = strconv.FormatBool(d.clip != 0)
	if d.clip != 0 {
		info["clip_obs"] = strconv.FormatFloat(float64(d.clip), 'g', -1, 32)
	}
	return nil
}

// readMeta returns the environment and the agent of the file's policy.
func (c *contents) readMeta() Meta { return Meta{c.info["env"], c.info["agent"]} }

// checkVersion returns an error if the file does not have the current version of the format.
func (c *contents) checkVersion() error {
	switch v, ok := c.info["version"]; {
	case v == fileVersion:
		return nil
	case v == earlierVersion:
		return ErrEarlier
	case !ok:
		return errors.New("its metadata has no version, want a file that policy.Save wrote")
	default:
		return fmt.Errorf("it has version %.20q of the format, and this program reads version %s", v, fileVersion)
	}
}

// readSpec returns the observation space and the action space of the file's policy.
func (c *contents) readSpec() (s env.Spec, err error) {
	if s.Obs, err = env.UnmarshalSpace([]byte(c.info["observation_space"])); err != nil {
		return s, fmt.Errorf("its observation_space: %w", err)
	}
	if s.Act, err = env.UnmarshalSpace([]byte(c.info["action_space"])); err != nil {
		return s, fmt.Errorf("its action_space: %w", err)
	}
	return s, nil
}

// readDesign returns the design in the file's metadata. The plans and tilings in it are not
// checked yet.
func (c *contents) readDesign() (*design, error) {
	d := &design{kind: kind(c.info["policy"]), head: c.info["head"]}
	switch d.kind {
	case actorCriticKind, qKind, deterministicKind, squashedKind, tableKind, tilesKind:
	default:
		return nil, fmt.Errorf("its policy is of the type %.100q: %w", d.kind, ErrOwnType)
	}
	for _, f := range []struct {
		key  string
		into *bool
	}{{"use_sde", &d.sde}, {"use_expln", &d.expln}, {"dueling", &d.dueling}, {"embedding", &d.embedding}, {"raw_images", &d.bytes}} {
		if err := c.readBool(f.key, f.into); err != nil {
			return nil, err
		}
	}
	for key, into := range map[string]any{"networks": &d.plans, "tiles": &d.tiles} {
		if text, ok := c.info[key]; ok {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				return nil, fmt.Errorf("its %s: %w", key, err)
			}
		}
	}
	return d, c.readClip(d)
}

// readBool reads "true" or "false" from the metadata and stores the value in *into. If the key is
// missing, it stores false.
func (c *contents) readBool(key string, into *bool) error {
	switch v := c.info[key]; v {
	case "true", "false", "":
		*into = v == "true"
		return nil
	default:
		return fmt.Errorf("its %s is %.20q, want true or false", key, v)
	}
}

// readClip reads the normaliser's clip range into d.clip. Without a normaliser, d.clip stays 0.
func (c *contents) readClip(d *design) error {
	var on bool
	if err := c.readBool("norm_obs", &on); err != nil || !on {
		return err
	}
	clip, err := strconv.ParseFloat(c.info["clip_obs"], 32)
	if err != nil || !(clip > 0) {
		return fmt.Errorf("its clip_obs is %.20q, want a number above 0", c.info["clip_obs"])
	}
	d.clip = float32(clip)
	return nil
}
