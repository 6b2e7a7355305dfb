// Package convert generates the functions that turn one copy of a generated
// struct into another copy's, as if it had been encoded by the first copy's
// codec and decoded by the second's: FastCodec for thrift, prutal or
// protobuf-go for protobuf.
//
// Fields are matched by id or number. Of thrift, what the receiver does not
// know is dropped, what the sender does not write keeps the receiver's default,
// and a required field that is not written is the decoder's error.
//
// All copies are deep but for strings, whose bytes both sides share: nothing
// can change them. A sender that made a string of a []byte with package unsafe
// and then changes the bytes breaks that, as it does in its own process.
//
// Types that were not generated with FastCodec, or with options that show in
// the types and change what is written, are not converted. Three things do not
// show: a client or server that is told at run time to use another codec;
// reorder_fields, with which another one of several missing required fields
// may be named; and that a decoder refuses fields that it does not know if
// they are more than 64 levels deep.
//
// Of protobuf, values of which only the codecs know what becomes of them are
// encoded and decoded: messages that carry fields which the sender does not
// know, fields that the receiver keeps though it does not know them, text that
// is not UTF-8, missing required fields, nil in lists and maps. What does not
// show is again a codec chosen at run time; that prutal refuses messages more
// than 1000 levels deep; and that prutal before v0.1.3 loses or refuses
// oneofs, which are converted as v0.1.3 would.
package convert
