// Purchases trains a network that reads the events of a visit to a shop, one after another, and
// predicts whether the visit ends with a purchase. It makes the visits itself: see visits.go.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/supervised"
)

// layers returns the layers of a network, from an event to the logits of both classes. A vector of
// eight numbers, which is learned, stands for each kind of event. The time is joined to it.
func layers(network string, units int, dropout float64) (all nn.Layers, err error) {
	word := nn.Layer{Kind: "embedding", Size: 8, Settings: map[string]any{"values": float64(events)}}
	one := []float64{1}
	all = nn.Layers{{Kind: "parts", Settings: map[string]any{"layers": nn.Layers{
		{Kind: "part", Settings: map[string]any{"shape": one, "layers": nn.Layers{word}}},
		{Kind: "part", Settings: map[string]any{"shape": one}},
	}}}}
	switch network {
	case "rnn", "lstm", "gru", "transformer":
		all = append(all, nn.Layer{Kind: network, Size: float64(units)})
	default:
		err = fmt.Errorf("-net is %q, want rnn, lstm, gru or transformer", network)
	}
	if dropout != 0 {
		all = append(all, nn.Layer{Kind: "dropout", Size: dropout})
	}
	return append(all, nn.Linear(2, "orthogonal", 1)), err
}

// newOptimizer returns the optimiser with this name, and a learning rate that suits it.
func newOptimizer(name string, decay float64, params []*tape.Param) (*optim.Optimizer, error) {
	settings := optim.Settings{WeightDecay: &decay}
	if name == "sgd" {
		settings.Momentum, settings.Nesterov = new(0.9), new(true)
	}
	opt, err := optim.ByName(name, settings, params)
	if err == nil {
		opt.Rate = cmp.Or(map[string]float32{"sgd": 0.02, "adagrad": 0.01}[name], 0.001)
	}
	return opt, err
}

// A classifier is a network, and the tape that computes its gradients.
type classifier struct {
	net  nn.Network
	tape *tape.Tape
	last tape.Rows // selects the last event
}

// logits returns the outputs [B, 2] of the network after the last event of each visit of a minibatch.
func (c *classifier) logits(b *supervised.Minibatch, mode nn.Mode) *tape.Var {
	c.tape.Reset()
	y := c.net.Forward(c.tape, c.tape.Const(b.Inputs, b.Rows()), nn.Pass{Mode: mode, Steps: b.Steps, First: b.First})
	n := len(b.Classes)
	return c.last.Of(y.Reshape(b.Steps, n*2)).Reshape(n, 2) // each row of the inner matrix has an event of all visits
}

// evaluate returns the mean loss on a data set, and the confusion matrix of the predictions.
func (c *classifier) evaluate(set *supervised.Set) (mean float64, confusion *supervised.Confusion) {
	confusion = supervised.NewConfusion("none", "purchase")
	for b := range supervised.NewBatches(set, 64).InOrder() {
		logits := c.logits(b, nn.Inference)
		confusion.Add(logits.Value, b.Classes)
		mean += float64(loss.CrossEntropy(logits, b.Classes).Scalar()) * float64(len(b.Classes)) / float64(set.Len())
	}
	return mean, confusion
}

func main() {
	network := flag.String("net", "lstm", "network: rnn, lstm, gru or transformer")
	units := flag.Int("units", 32, "number of units of the network")
	optimizer := flag.String("optimizer", "adam", "optimiser: sgd, adam, adamw, adagrad, rmsprop")
	dropout := flag.Float64("dropout", 0.1, "dropout rate before the last layer")
	decay := flag.Float64("weight-decay", 0, "weight decay")
	epochs := flag.Int("epochs", 30, "largest number of epochs")
	patience := flag.Int("patience", 5, "number of epochs without a smaller validation loss after which training ends")
	number := flag.Int("visits", 8000, "number of visits: 70 % for training, 15 % for validation, 15 % for the test")
	seed := flag.Uint64("seed", 1, "seed of all random numbers")
	write := flag.String("write", "", "new file for the visits, as comma-separated values")
	flag.Parse()
	if *number < 100 || *epochs < 1 || *patience < 1 {
		check(fmt.Errorf("-visits is %d, -epochs %d and -patience %d, want 100, 1 and 1 or more", *number, *epochs, *patience))
	}

	rng := rand.New(rand.NewPCG(*seed, 0))
	set := visits(rng, *number)
	parts := set.Split(0.7, 0.15, 0.15)
	training, validation, test := parts[0], parts[1], parts[2]

	plan := nn.Plan{In: nn.Shape{2}}
	var err error
	plan.Layers, err = layers(*network, *units, *dropout)
	check(err)
	net, err := nn.Native{}.Build(rng, "purchases", plan)
	check(err)
	opt, err := newOptimizer(*optimizer, *decay, nn.Params(net))
	check(err)
	if *write != "" {
		check(set.CreateCSV(*write))
	}

	c := &classifier{net, tape.New(), tape.Rows{Index: []int{longest - 1}}}
	batches := supervised.NewBatches(training, 64)
	stopping := supervised.NewEarlyStopping(*patience, nn.Tensors(net))
	for epoch := 1; epoch <= *epochs; epoch++ {
		for b := range batches.Shuffled(rng) {
			loss.CrossEntropy(c.logits(b, nn.Training), b.Classes).Backward()
			opt.Step()
		}
		mean, confusion := c.evaluate(validation)
		fmt.Printf("epoch %2d  validation loss %.4f  accuracy %.3f\n", epoch, mean, confusion.Accuracy())
		if stopping.Stop(mean) {
			break
		}
	}
	stopping.Restore()
	best, _ := stopping.Best()
	_, confusion := c.evaluate(test)
	fmt.Printf("the weights of epoch %d on the test set:\n\n%v", best, confusion)
}

// check ends the program if there is an error.
func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "purchases:", err)
		os.Exit(2)
	}
}
