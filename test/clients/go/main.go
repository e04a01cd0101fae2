// The official Go client in its natural flows. The model of the test says what each step needs; every check is of what the
// client made of it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

var ctx = context.Background()

func equal[T comparable](what string, got, want T) {
	if got != want {
		log.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func hello(model string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Say hello.")},
	}
}

func answers(client openai.Client, model string) {
	complete := must(client.Chat.Completions.New(ctx, hello(model)))
	equal("answer", complete.Choices[0].Message.Content, "Hello.")
	params := hello(model)
	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	sum := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		if !sum.AddChunk(stream.Current()) {
			log.Fatal("the accumulator refused a chunk")
		}
	}
	must(0, stream.Err())
	equal("streamed answer", sum.Choices[0].Message.Content, "Hello.")
	equal("usage", sum.Usage.TotalTokens, 120)
}

func schema(client openai.Client, model, png string) {
	params := openai.ChatCompletionNewParams{
		Model: model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
			openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: png}),
			openai.TextContentPart("Which colour?"),
		})},
		ResponseFormat: openai.ChatCompletionNewParamsResponseFormatUnion{
			OfJSONSchema: &shared.ResponseFormatJSONSchemaParam{JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
				Name:   "colour",
				Strict: openai.Bool(true),
				Schema: object("colour"),
			}},
		},
	}
	var parsed struct{ Colour string }
	content := must(client.Chat.Completions.New(ctx, params)).Choices[0].Message.Content
	must(0, json.Unmarshal([]byte(content), &parsed))
	equal("colour", parsed.Colour, "red")
}

func object(property string) map[string]any {
	return map[string]any{
		"type":                 "object",
		"properties":           map[string]any{property: map[string]any{"type": "string"}},
		"required":             []string{property},
		"additionalProperties": false,
	}
}

func toolLoop(client openai.Client, model string) {
	params := hello(model)
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
		Name:       "weather",
		Parameters: object("city"),
	})}
	for {
		message := must(client.Chat.Completions.New(ctx, params)).Choices[0].Message
		if len(message.ToolCalls) == 0 {
			equal("loop", message.Content, "It is Oslo: 3 °C, Rome: 3 °C, Bonn: 3 °C.")
			return
		}
		params.Messages = append(params.Messages, message.ToParam())
		for _, call := range message.ToolCalls {
			var arguments struct{ City string }
			must(0, json.Unmarshal([]byte(call.Function.Arguments), &arguments))
			params.Messages = append(params.Messages, openai.ToolMessage(arguments.City+": 3 °C", call.ID))
		}
	}
}

func responsesApi(client openai.Client, model string) {
	params := responses.ResponseNewParams{
		Model: model,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Say hello.")},
	}
	first := must(client.Responses.New(ctx, params))
	equal("response", first.OutputText(), "Hello.")
	params.PreviousResponseID = openai.String(first.ID)
	stream := client.Responses.NewStreaming(ctx, params)
	text, ended := "", false
	for stream.Next() {
		switch event := stream.Current().AsAny().(type) {
		case responses.ResponseTextDeltaEvent:
			text += event.Delta
		case responses.ResponseCompletedEvent:
			ended = event.Response.PreviousResponseID == first.ID
		}
	}
	must(0, stream.Err())
	equal("streamed response", text, "Hello.")
	equal("the end of the stream", ended, true)
}

func failures(client openai.Client, model string) {
	equal("error", codeOf(client.Chat.Completions.New(ctx, hello("no-such-model"))), "404 model_not_found")
	wrong := option.WithAPIKey("wrong")
	equal("error", codeOf(client.Chat.Completions.New(ctx, hello(model), wrong)), "401 invalid_api_key")
}

func codeOf[T any](_ T, err error) string {
	var failure *openai.Error
	if !errors.As(err, &failure) {
		log.Fatalf("got %v, want an API error", err)
	}
	return fmt.Sprintf("%d %s", failure.StatusCode, failure.Code)
}

func main() {
	log.SetFlags(log.Lshortfile)
	client := openai.NewClient(option.WithBaseURL(os.Args[1]), option.WithAPIKey(os.Args[2]), option.WithMaxRetries(0))
	for _, model := range []string{"assistant", "live"} {
		answers(client, model)
		schema(client, model, os.Args[3])
		toolLoop(client, model)
		responsesApi(client, model)
		failures(client, model)
	}
	fmt.Println("all is well")
}
