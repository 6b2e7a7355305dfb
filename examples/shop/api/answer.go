package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/google/uuid"

	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/item"
	"github.com/gomerge/rules_go_merge/examples/shop/api/kitex_gen/stock"
)

// answer is the body of every answer.
type answer struct {
	Data  any      `json:"data,omitempty"`
	Error *problem `json:"error,omitempty"`
	Trace trace    `json:"trace"`
}

// trace reports how a request went through the services.
type trace struct {
	RequestID string `json:"request_id"`
	// StockSeen is for whom the stock service believes to have worked.
	StockSeen string `json:"stock_seen,omitempty"`
}

// problem is an error as clients see it.
type problem struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Details any    `json:"details,omitempty"`
}

// badRequest marks an error as the client's fault.
type badRequest struct{ error }

// traced gives each request an id, unless it has one, that goes with all calls
// made for it.
func traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" {
			id = uuid.NewString()
		}
		ctx := metainfo.WithPersistentValue(r.Context(), "REQUEST_ID", id)
		ctx = metainfo.WithValue(ctx, "CHANNEL", "web")
		ctx = metainfo.WithBackwardValues(ctx)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// endpoint makes an HTTP handler of a function that returns the data or the
// error to answer.
func endpoint(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := f(r)
		status, a := http.StatusOK, answer{Data: data}
		if err != nil {
			a.Data = nil
			status, a.Error = explain(err)
		}
		a.Trace.RequestID, _ = metainfo.GetPersistentValue(r.Context(), "REQUEST_ID")
		a.Trace.StockSeen, _ = metainfo.RecvBackwardValue(r.Context(), "STOCK_SEEN")
		body, err := json.Marshal(a)
		if err != nil {
			slog.Error("answer is not JSON", "url", r.URL, "err", err)
			status, body = http.StatusInternalServerError, []byte(`{}`)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		w.Write(append(body, '\n'))
	}
}

// explain tells the HTTP status and the client's view of an error.
func explain(err error) (int, *problem) {
	var (
		bad      badRequest
		notFound *item.NotFound
		soldOut  *item.SoldOut
		unknown  *stock.UnknownItem
	)
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest, &problem{Kind: "bad_request", Message: err.Error()}
	case errors.As(err, &notFound):
		return http.StatusNotFound, &problem{Kind: "not_found", Message: "no such " + notFound.Kind, Details: notFound}
	case errors.As(err, &soldOut):
		return http.StatusConflict, &problem{Kind: "sold_out", Message: soldOut.Message, Details: soldOut}
	case errors.As(err, &unknown):
		return http.StatusNotFound, &problem{Kind: "not_found", Message: "no such item", Details: unknown}
	case errors.Is(err, kerrors.ErrRPCTimeout):
		return http.StatusGatewayTimeout, &problem{Kind: "timeout", Message: err.Error()}
	}
	if biz, ok := kerrors.FromBizStatusError(err); ok {
		return http.StatusUnprocessableEntity, &problem{
			Kind:    "refused",
			Message: biz.BizMessage(),
			Details: map[string]any{"code": biz.BizStatusCode(), "extra": biz.BizExtra()},
		}
	}
	return http.StatusBadGateway, &problem{Kind: "unavailable", Message: err.Error()}
}
