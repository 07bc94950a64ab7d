// Digits trains a network that recognises digits, with the layers, losses and optimisers that the
// agents of rlrun use. It draws the images itself: see draw.go.
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

// layers returns the layers of a network, from an image to the logits of the ten digits.
func layers(network string, dropout float64) (all nn.Layers, err error) {
	switch network {
	case "mlp":
		all = nn.Layers{{Kind: "flatten"}, {Kind: "linear", Size: 256}, {Kind: "relu"}}
	case "cnn":
		padding := map[string]any{"padding": 1.}
		all = nn.Layers{
			{Kind: "conv2d", Size: 16, Settings: padding}, {Kind: "relu"}, {Kind: "max_pool"},
			{Kind: "conv2d", Size: 32, Settings: padding}, {Kind: "relu"}, {Kind: "max_pool"},
			{Kind: "flatten"}, {Kind: "linear", Size: 128}, {Kind: "relu"},
		}
	case "resnet", "densenet":
		all, err = nn.Named(network, shape())
	default:
		err = fmt.Errorf("-net is %q, want cnn, resnet, densenet or mlp", network)
	}
	if dropout != 0 {
		all = append(all, nn.Layer{Kind: "dropout", Size: dropout})
	}
	return append(all, nn.Linear(10, "orthogonal", 1)), err
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
}

// logits returns the outputs [B, 10] of the network for a minibatch of B images.
func (c *classifier) logits(b *supervised.Minibatch, mode nn.Mode) *tape.Var {
	c.tape.Reset()
	return c.net.Forward(c.tape, c.tape.Const(b.Inputs, b.Rows()), nn.Pass{Mode: mode})
}

// evaluate returns the mean loss on a data set, and the confusion matrix of the predictions.
func (c *classifier) evaluate(set *supervised.Set) (mean float64, confusion *supervised.Confusion) {
	confusion = supervised.NewConfusion("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	for b := range supervised.NewBatches(set, 64).InOrder() {
		logits := c.logits(b, nn.Inference)
		confusion.Add(logits.Value, b.Classes)
		mean += float64(loss.CrossEntropy(logits, b.Classes).Scalar()) * float64(len(b.Classes)) / float64(set.Len())
	}
	return mean, confusion
}

func main() {
	network := flag.String("net", "cnn", "network: cnn, resnet, densenet or mlp")
	optimizer := flag.String("optimizer", "adam", "optimiser: sgd, adam, adamw, adagrad, rmsprop")
	dropout := flag.Float64("dropout", 0.25, "dropout rate before the last layer")
	decay := flag.Float64("weight-decay", 0, "weight decay")
	epochs := flag.Int("epochs", 20, "largest number of epochs")
	patience := flag.Int("patience", 3, "number of epochs without a smaller validation loss after which training ends")
	images := flag.Int("images", 5000, "number of images: 70 % for training, 15 % for validation, 15 % for the test")
	seed := flag.Uint64("seed", 1, "seed of all random numbers")
	write := flag.String("write", "", "new file for the images, as comma-separated values")
	flag.Parse()
	if *images < 100 || *epochs < 1 || *patience < 1 {
		check(fmt.Errorf("-images is %d, -epochs %d and -patience %d, want 100, 1 and 1 or more", *images, *epochs, *patience))
	}

	rng := rand.New(rand.NewPCG(*seed, 0))
	set := draw(rng, *images)
	parts := set.Split(0.7, 0.15, 0.15)
	training, validation, test := parts[0], parts[1], parts[2]

	plan := nn.Plan{In: shape()}
	var err error
	plan.Layers, err = layers(*network, *dropout)
	check(err)
	net, err := nn.Native{}.Build(rng, "digits", plan)
	check(err)
	opt, err := newOptimizer(*optimizer, *decay, nn.Params(net))
	check(err)
	if *write != "" {
		check(set.CreateCSV(*write))
	}

	c := &classifier{net, tape.New()}
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
		fmt.Fprintln(os.Stderr, "digits:", err)
		os.Exit(2)
	}
}
