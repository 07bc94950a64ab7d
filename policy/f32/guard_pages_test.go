//go:build linux || darwin

package f32

import (
	"syscall"
	"testing"
	"unsafe"
)

// atEnd returns the memory of n numbers before a page that may not be touched. Short tests have no
// such page: they also run under qemu, whose masked loads of AVX2 touch the lanes that a mask leaves out.
func atEnd(t *testing.T, n int) []float32 {
	if testing.Short() {
		return make([]float32, n)
	}
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Mprotect(memory[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&memory[size-4*n])), n)
}
