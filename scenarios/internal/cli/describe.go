package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// describeCommand returns the command rlrun describe.
func (a *App) describeCommand() *cobra.Command {
	var sets []string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "describe (SCENARIO | ENV --agent NAME)", Short: "show the networks of a scenario, layer by layer", Args: oneArg("a scenario"),
		Long: `rlrun describe SCENARIO shows the networks of a scenario's agent before training, layer by
layer: the shape of the outputs, the number of parameters, the multiply-adds for one
observation, and the numbers that a network remembers from step to step. Layers inside a
layer are indented below it. Sizes in bytes are of float32 numbers.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(a.ScenarioNames(), a.Envs.IDs()...), cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			all := setChanges(sets)
			if f := cmd.Flags().Lookup("agent"); f.Changed {
				value := f.Value.String()
				all = append(all, scenario.Change{Assignment: "agent.name=" + value, Origin: "--agent " + value, NewAgent: true})
			}
			s, err := a.scenario(args[0], all)
			if err != nil {
				return badInput{err}
			}
			d, err := describe(args[0], s)
			if err != nil {
				return badInput{err}
			}
			if asJSON {
				return json.NewEncoder(a.Out).Encode(d)
			}
			return a.printDescription(d)
		},
	}
	a.addAgentFlag(cmd)
	cmd.Flags().StringArrayVar(&sets, "set", nil, "change a setting of the scenario: `KEY=VALUE`; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output")
	return cmd
}

// A description is the JSON object that rlrun describe prints.
type description struct {
	Scenario     string               `json:"scenario"`
	Agent        string               `json:"agent"`
	Env          string               `json:"env"`
	Observations string               `json:"observations"`
	Actions      string               `json:"actions"`
	Networks     []networkDescription `json:"networks"`
	costs
}

// A networkDescription describes one network.
type networkDescription struct {
	Name   string             `json:"name"`
	Layers []layerDescription `json:"layers"`
	costs
}

// A layerDescription describes one layer.
type layerDescription struct {
	Name     string             `json:"name"` // prefix of the names of the layer's tensors
	Kind     string             `json:"kind"`
	Size     float64            `json:"size,omitempty"`
	Settings map[string]any     `json:"settings,omitempty"` // other settings; without inner layers
	Output   []int              `json:"output"`             // shape of the outputs
	Layers   []layerDescription `json:"layers,omitempty"`   // layers inside the layer, whose costs it has too
	costs
}

// costs are the sizes of a layer, of a network or of all networks.
type costs struct {
	Parameters      int `json:"parameters"`
	WeightBytes     int `json:"weight_bytes"`
	ActivationBytes int `json:"activation_bytes"` // outputs of all layers for one observation
	Memory          int `json:"memory"`           // numbers that are remembered for each environment
	MulAdds         int `json:"multiply_adds"`    // for one observation
}

// add adds the costs of a part.
func (c *costs) add(part costs) {
	c.Parameters, c.WeightBytes = c.Parameters+part.Parameters, c.WeightBytes+part.WeightBytes
	c.ActivationBytes, c.Memory, c.MulAdds = c.ActivationBytes+part.ActivationBytes, c.Memory+part.Memory, c.MulAdds+part.MulAdds
}

// floatBytes is the size of a float32.
const floatBytes = 4

// describe returns the description of the networks of a scenario's agent.
func describe(name string, s *scenario.Scenario) (d description, err error) {
	agent, err := s.NewAgent()
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, agents.Close(agent)) }()
	p := agents.Valued(agent)
	spec := p.Spec()
	d = description{Scenario: name, Agent: s.Agent, Env: s.Env, Observations: env.Describe(spec.Obs), Actions: env.Describe(spec.Act), Networks: []networkDescription{}}
	for _, n := range policy.Networks(p) {
		net := networkDescription{Layers: describeLayers(nn.Describe(n))}
		for _, l := range net.Layers {
			net.add(l.costs)
			net.Name, _, _ = strings.Cut(l.Name, ".")
		}
		d.Networks = append(d.Networks, net)
		d.add(net.costs)
	}
	return d, nil
}

// describeLayers returns the descriptions of layers.
func describeLayers(infos []nn.LayerInfo) (all []layerDescription) {
	for _, l := range infos {
		one := layerDescription{Name: l.Name, Kind: l.Layer.Kind, Size: l.Layer.Size, Output: l.Out, Layers: describeLayers(l.Inner)}
		one.costs = costs{Parameters: l.Params, WeightBytes: floatBytes * l.Params, Memory: l.Memory, MulAdds: l.MulAdds}
		if l.Out != nil {
			one.ActivationBytes = floatBytes * l.Out.Size()
		}
		for _, inner := range one.Layers {
			one.ActivationBytes += inner.ActivationBytes
		}
		for key, value := range l.Layer.Settings {
			if _, ok := value.(nn.Layers); !ok {
				if one.Settings == nil {
					one.Settings = map[string]any{}
				}
				one.Settings[key] = value
			}
		}
		all = append(all, one)
	}
	return all
}

// printDescription prints a description as text.
func (a *App) printDescription(d description) error {
	fmt.Fprintf(a.Out, "%s: %s on %s\nobservations: %s\nactions: %s\n", d.Scenario, d.Agent, d.Env, d.Observations, d.Actions)
	if len(d.Networks) == 0 {
		fmt.Fprintf(a.Out, "%s has no networks.\n", d.Agent)
		return nil
	}
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nnetwork\tlayer\toutput\tparameters\tmultiply-adds\tmemory\n")
	for _, n := range d.Networks {
		fmt.Fprintf(w, "%s\t\t\t%s\n", n.Name, n.columns())
		printLayers(w, n.Layers, "  ")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "\nall: %s, %s of weights; for one observation %s of outputs, %s",
		figure.Count(d.Parameters, "parameter"), byteText(d.WeightBytes), byteText(d.ActivationBytes), figure.Count(d.MulAdds, "multiply-add"))
	if d.Memory > 0 {
		fmt.Fprintf(a.Out, ", and %s remembered", figure.Count(d.Memory, "number"))
	}
	_, err := fmt.Fprintln(a.Out)
	return err
}

// printLayers prints rows of a table for layers, indented.
func printLayers(w *tabwriter.Writer, layers []layerDescription, indent string) {
	for _, l := range layers {
		shape := "–"
		if l.Output != nil {
			shape = nn.Shape(l.Output).String()
		}
		fmt.Fprintf(w, "%s%s\t%s%s\t%s\t%s\n", indent, l.Name, indent[2:], l.text(), shape, l.columns())
		printLayers(w, l.Layers, indent+"  ")
	}
}

// text returns the kind of the layer with its size and its most important settings.
func (l *layerDescription) text() string {
	text := l.Kind
	if l.Kind == "" {
		text = "a network of another engine"
	}
	if l.Size != 0 {
		text += fmt.Sprintf(" %v", l.Size)
	}
	for _, key := range []string{"kernel", "stride", "padding", "repeat", "heads", "context", "activation"} {
		if v, ok := l.Settings[key]; ok && v != 0.0 {
			text += fmt.Sprintf(", %s %v", key, v)
		}
	}
	return text
}

// columns returns the cells of the costs; a cell of zero is empty.
func (c costs) columns() string {
	cell := func(n int) string {
		if n == 0 {
			return ""
		}
		return figure.Whole(n)
	}
	return cell(c.Parameters) + "\t" + cell(c.MulAdds) + "\t" + cell(c.Memory)
}

// byteText returns a number of bytes in a fitting unit.
func byteText(n int) string {
	switch {
	case n >= 10_000_000:
		return figure.Whole((n+500_000)/1_000_000) + " MB"
	case n >= 10_000:
		return figure.Whole((n+500)/1000) + " kB"
	}
	return figure.Count(n, "byte")
}
