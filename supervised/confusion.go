package supervised

import (
	"bytes"
	"fmt"
	"text/tabwriter"
)

// A Confusion is a confusion matrix of K classes: for each class, it has the number of examples
// that were predicted as each class. Its metrics are those of scikit-learn with zero_division=0: a
// fraction whose denominator is 0 is 0.
type Confusion struct {
	names  []string
	counts []int // [K, K] a row for each class, a column for each predicted class
}

// NewConfusion returns a Confusion without examples, for classes with the given names.
func NewConfusion(names ...string) *Confusion {
	return &Confusion{names: names, counts: make([]int, len(names)*len(names))}
}

// Add counts B predictions. The predicted class of a row of logits [B, K] is the class with the
// largest logit, and the first one of equal logits. classes [B] has the classes of the examples.
func (c *Confusion) Add(logits, classes []float32) {
	k := len(c.names)
	if len(logits) != k*len(classes) {
		panic(fmt.Sprintf("supervised: %d logits of %d examples for a Confusion of %d classes", len(logits), len(classes), k))
	}
	for i, class := range classes {
		row, predicted := logits[i*k:(i+1)*k], 0
		for j, x := range row {
			if x > row[predicted] {
				predicted = j
			}
		}
		c.counts[int(class)*k+predicted]++
	}
}

// Count returns the number of examples of a class that were predicted as the class predicted.
func (c *Confusion) Count(class, predicted int) int { return c.counts[class*len(c.names)+predicted] }

// Examples returns the number of examples of a class.
func (c *Confusion) Examples(class int) (sum int) {
	for j := range c.names {
		sum += c.Count(class, j)
	}
	return sum
}

// predictions returns the number of examples that were predicted as a class.
func (c *Confusion) predictions(class int) (sum int) {
	for i := range c.names {
		sum += c.Count(i, class)
	}
	return sum
}

// Accuracy returns the fraction of the examples whose class was predicted.
func (c *Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i := range c.names {
		right, all = right+c.Count(i, i), all+c.Examples(i)
	}
	return fraction(right, all)
}

// Precision returns the fraction of the predictions of a class that were right.
func (c *Confusion) Precision(class int) float64 {
	return fraction(c.Count(class, class), c.predictions(class))
}

// Recall returns the fraction of the examples of a class that were predicted as this class.
func (c *Confusion) Recall(class int) float64 {
	return fraction(c.Count(class, class), c.Examples(class))
}

// F1 returns the harmonic mean of the precision and the recall of a class.
func (c *Confusion) F1(class int) float64 {
	return fraction(2*c.Count(class, class), c.predictions(class)+c.Examples(class))
}

// Macro returns the means of precision, recall and F1 over all classes. Each class has the same
// weight, however many examples it has.
func (c *Confusion) Macro() (precision, recall, f1 float64) {
	k := float64(len(c.names))
	for i := range c.names {
		precision, recall, f1 = precision+c.Precision(i)/k, recall+c.Recall(i)/k, f1+c.F1(i)/k
	}
	return precision, recall, f1
}

// fraction returns a/b, or 0 if b is 0.
func fraction(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// String returns two tables as text: the metrics of each class, and the confusion matrix.
func (c *Confusion) String() string {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...any) {
		for _, cell := range cells {
			if x, ok := cell.(float64); ok {
				cell = fmt.Sprintf("%.3f", x)
			}
			fmt.Fprintf(w, "%v\t", cell)
		}
		fmt.Fprintln(w)
	}
	row("class", "precision", "recall", "F1", "examples")
	all := 0
	for i, name := range c.names {
		row(name, c.Precision(i), c.Recall(i), c.F1(i), c.Examples(i))
		all += c.Examples(i)
	}
	precision, recall, f1 := c.Macro()
	row("mean", precision, recall, f1, all)
	w.Flush()
	fmt.Fprintf(&text, "\naccuracy %.3f\n\n", c.Accuracy())
	row(append([]any{"class \\ predicted"}, toAny(c.names)...)...)
	for i, name := range c.names {
		cells := []any{name}
		for j := range c.names {
			cells = append(cells, c.Count(i, j))
		}
		row(cells...)
	}
	w.Flush()
	return text.String()
}

// toAny returns the strings as a slice of any.
func toAny(names []string) (all []any) {
	for _, name := range names {
		all = append(all, name)
	}
	return all
}
