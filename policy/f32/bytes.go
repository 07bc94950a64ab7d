package f32

// Bytes sets dst to the bytes of src as numbers from 0 to 255.
func Bytes(dst []float32, src []byte) {
	if src = src[:len(dst)]; len(dst) > 0 {
		active.fromBytes(dst, src)
	}
}

// Unit sets dst = x / 255, which makes the bytes of an image numbers from 0 to 1. The results for 0, 1,
// …, 255 are correctly rounded.
func Unit(dst, x []float32) {
	if x = x[:len(dst)]; len(dst) > 0 {
		active.unit(dst, x)
	}
}

func fromBytesGeneric(dst []float32, src []byte) {
	for i, b := range src {
		dst[i] = float32(b)
	}
}

func unitGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] = v / 255
	}
}
