package supervised_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/supervised"
)

// TestMetrics compares the metrics with recorded metrics of scikit-learn: see testdata/README.md.
func TestMetrics(t *testing.T) {
	var cases []struct {
		Name                  string
		K                     int
		Classes               []float32
		Predicted             []int
		Confusion             []int
		Accuracy              float64
		Precision, Recall, F1 []float64
		Macro                 []float64
	}
	golden.Read(t, "testdata/metrics.json.gz", &cases)
	for _, tc := range cases {
		t.Run(tc.Name, func(t *testing.T) {
			var names []string
			for i := range tc.K {
				names = append(names, strconv.Itoa(i))
			}
			logits := make([]float32, len(tc.Classes)*tc.K)
			for i, p := range tc.Predicted {
				logits[i*tc.K+p] = 1
			}
			c := supervised.NewConfusion(names...)
			c.Add(logits, tc.Classes)
			near := func(name string, got, want float64) {
				t.Helper()
				if d := got - want; !(-1e-12 < d && d < 1e-12) {
					t.Errorf("%s = %v, want %v", name, got, want)
				}
			}
			near("Accuracy()", c.Accuracy(), tc.Accuracy)
			for i := range tc.K {
				near(fmt.Sprintf("Precision(%d)", i), c.Precision(i), tc.Precision[i])
				near(fmt.Sprintf("Recall(%d)", i), c.Recall(i), tc.Recall[i])
				near(fmt.Sprintf("F1(%d)", i), c.F1(i), tc.F1[i])
				for j := range tc.K {
					if got, want := c.Count(i, j), tc.Confusion[i*tc.K+j]; got != want {
						t.Errorf("Count(%d, %d) = %d, want %d", i, j, got, want)
					}
				}
			}
			precision, recall, f1 := c.Macro()
			for i, got := range []float64{precision, recall, f1} {
				near(fmt.Sprintf("Macro() %d", i), got, tc.Macro[i])
			}
		})
	}
}

// This example counts the predictions of a classifier for six animals.
func ExampleConfusion() {
	c := supervised.NewConfusion("cat", "dog")
	c.Add([]float32{ // logits
		2, 1, // cat
		0, 1, // dog
		3, 0, // cat
		1, 2, // dog
		0, 2, // dog
		4, 1, // cat
	}, []float32{0, 0, 0, 1, 1, 1})
	fmt.Printf("accuracy %.3f, F1 of dogs %.3f\n", c.Accuracy(), c.F1(1))
	fmt.Println(c)
	// Output:
	// accuracy 0.667, F1 of dogs 0.667
	//   class  precision  recall     F1  examples
	//     cat      0.667   0.667  0.667         3
	//     dog      0.667   0.667  0.667         3
	//    mean      0.667   0.667  0.667         6
	//
	// accuracy 0.667
	//
	//   class \ predicted  cat  dog
	//                 cat    2    1
	//                 dog    1    2
}
