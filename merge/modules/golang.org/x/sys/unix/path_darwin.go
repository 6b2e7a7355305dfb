//go:build go_merge_added

package unix

func Chflags(path string, flags int) error {
	return goMergeChflags(goMergeSelf.Path(path), flags)
}

func Exchangedata(one, other string, options int) error {
	one, other = goMergeSelf.Paths(one, other)
	return goMergeExchangedata(one, other, options)
}

func Pathconf(path string, name int) (val int, err error) {
	return goMergePathconf(goMergeSelf.Path(path), name)
}

func Revoke(path string) error { return goMergeRevoke(goMergeSelf.Path(path)) }

func Undelete(path string) error { return goMergeUndelete(goMergeSelf.Path(path)) }
