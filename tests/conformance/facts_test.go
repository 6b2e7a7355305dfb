package conformance

import (
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

// factOf returns what a case of a pair must show, false for anything.
func factOf(pair suite.Pair, name string) (string, bool) {
	fact, ok := facts[name]
	switch {
	case pair.SharesMemory():
		return "", false // and observes less
	case name == notUTF8 && (semver.Compare(pair.CallerKitex, prutal) < 0 || semver.Compare(pair.CalleeKitex, prutal) < 0):
		return "", false // protobuf-go refuses such text
	}
	return fact, ok
}

// prutal is the first version of Kitex that encodes protobuf with prutal.
const prutal = "v0.13.0"

const notUTF8 = "default/protobuf text that is not UTF-8"

// facts are what cases must show whichever way the services run, lest
// two equal failures pass.
var facts = map[string]string{
	"default/enums":                            `6, ok`,
	"default/meta plain context value":         `&{Persistent:map[] Transient:map[] Method:"Meta" }, ok, backward nil, own persistent nil, own transient nil`,
	"ttheader/no struct":                       `nil, ok`,
	"ttheader/the callee changes what it kept": `unchanged, unchanged, ok`,
	"ttheader/fail none":                       `"partial", ok, backward map["failing":"NONE"], then 3, ok`,
	"ttheader/fail other": `"", error "Other({Reason:the message})" types *contract.Other declared &{Reason:"the message" } kitex false ` +
		`timeout false, backward map["failing":"OTHER"], then 3, ok`,
	"ttheader/fail biz": `"", error "biz error: code=1234, msg=the message" types *kerrors.BizStatusError biz 1234 "the message" ` +
		`map["empty":"" "key":"value"] kitex false timeout false, backward map["biz-extra":"map[\"empty\":\"\" ` +
		`\"key\":\"value\"]" "biz-message":"the message" "biz-status":"1234" "failing":"BIZ"], then 3, ok`,
	"ttheader/fail panic": `"", error "remote or network error[remote]: panic: [happened in biz handler, method=ContractService.Fail, ` +
		`please check the panic at the server side] the message" types *kerrors.DetailedError *remote.TransError ` +
		`*thrift.ApplicationException is ErrRemoteOrNetwork kind "remote or network error" trans 6 type 6 kitex true ` +
		`timeout false, backward map["failing":"PANIC"], then 3, ok`,
	"ttheader/fail middleware_panic_before": `"", error "remote or network error: default codec read failed: EOF peer close" types *kerrors.DetailedError ` +
		`*perrors.protocolException *netpoll.exception syscall.Errno is ErrRemoteOrNetwork kind "remote or network ` +
		`error" kitex true timeout false, backward nil, then 3, ok`,
	"ttheader/own middleware panic before": `"", error "KITEX: client panic, to_service=conformance.callee to_method=Fail error=the caller's middleware" ` +
		`types *errors.errorString kitex false timeout false, then 3, ok`,
	"ttheader/meta values": `&{Persistent:map["PERSISTENT":"p" "lower-case_key":"l"] Transient:map["PERSISTENT":"t too" "TRANSIENT":"t"] ` +
		`Caller:"conformance.caller" Method:"Meta" }, ok, backward map["BACK":"b" "EMPTY":"" "back_2":"é"], own ` +
		`persistent map["PERSISTENT":"p" "lower-case_key":"l"], own transient map["PERSISTENT":"t too" "TRANSIENT":"t"]`,
	notUTF8: `unchanged, &{Text:"\xff\xfe" MaybeText:&"\x80" Words:["ok" "\xc0" ] Counts:map["\xff":1] Kind:&{Name:"\xff" } ` +
		`}, ok`,
	"default/protobuf skew fields optional on one side": `&{MaybeTheirs:2 Choice:&{One:"one" } Text:"&{MaybeTheirs:&2 Choice:&{One:\"one\" } }" }, ok`,
	"ttheader/protobuf the callee changes what it kept": `unchanged, unchanged, ok`,
	"ttheader/protobuf fail biz": `nil, error "biz error: code=7, msg=biz" types *kerrors.BizStatusError biz 7 "biz" map["key":"value"] kitex ` +
		`false timeout false, then 3, ok`,
	"ttheader/protobuf fail plain": `nil, error "remote or network error[remote]: biz error: plain" types *kerrors.DetailedError ` +
		`*remote.TransError *protobuf.pbError is ErrRemoteOrNetwork kind "remote or network error" trans 6 kitex true ` +
		`timeout false, then 3, ok`,
}
