import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.*;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The official Java client in its natural flows. The model of the test says what each step needs; every check is of what the
 * client made of it. Both classes are turned into schemas by the client.
 */
public class Clients {
  public static class Colour {
    public String colour;
  }

  @com.fasterxml.jackson.annotation.JsonTypeName("weather")
  public static class weather {
    public String city;
  }

  static void equal(String what, Object got, Object want) {
    if (!want.equals(got)) throw new AssertionError(what + ": got " + got + ", want " + want);
  }

  static ChatCompletionCreateParams.Builder hello(String model) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("Say hello.");
  }

  static String text(ChatCompletion completion) {
    return completion.choices().get(0).message().content().orElse("");
  }

  static void answers(OpenAIClient client, String model) {
    equal("answer", text(client.chat().completions().create(hello(model).build())), "Hello.");
    var usage = ChatCompletionStreamOptions.builder().includeUsage(true).build();
    var sum = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(hello(model).streamOptions(usage).build())) {
      stream.stream().forEach(sum::accumulate);
    }
    equal("streamed answer", text(sum.chatCompletion()), "Hello.");
    equal("usage", sum.chatCompletion().usage().get().totalTokens(), 120L);
  }

  static void schema(OpenAIClient client, String model, String png) {
    var image = ChatCompletionContentPartImage.ImageUrl.builder().url(png).build();
    var parts = List.of(
        ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder().imageUrl(image).build()),
        ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder().text("Which colour?").build()));
    var params = ChatCompletionCreateParams.builder()
        .model(model)
        .addUserMessageOfArrayOfContentParts(parts)
        .responseFormat(Colour.class)
        .build();
    var message = client.chat().completions().create(params).choices().get(0).message();
    equal("colour", message.content().get().colour, "red");
  }

  static void toolLoop(OpenAIClient client, String model) {
    var params = hello(model).addTool(weather.class);
    while (true) {
      var message = client.chat().completions().create(params.build()).choices().get(0).message();
      if (message.toolCalls().isEmpty()) {
        equal("loop", message.content().get(), "It is Oslo: 3 °C, Rome: 3 °C, Bonn: 3 °C.");
        return;
      }
      params.addMessage(message);
      for (var call : message.toolCalls().get()) {
        var function = call.asFunction();
        var city = function.function().arguments(weather.class).city;
        params.addMessage(ChatCompletionToolMessageParam.builder()
            .toolCallId(function.id())
            .content(city + ": 3 °C")
            .build());
      }
    }
  }

  static String text(Response response) {
    return response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .map(part -> part.asOutputText().text())
        .collect(Collectors.joining());
  }

  static void responses(OpenAIClient client, String model) {
    var params = ResponseCreateParams.builder().model(model).input("Say hello.");
    var first = client.responses().create(params.build());
    equal("response", text(first), "Hello.");
    var sum = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(params.previousResponseId(first.id()).build())) {
      stream.stream().forEach(sum::accumulate);
    }
    equal("streamed response", text(sum.response()), "Hello.");
    equal("previous response", sum.response().previousResponseId().get(), first.id());
  }

  static String codeOf(Runnable ask) {
    try {
      ask.run();
      return "no error";
    } catch (OpenAIServiceException error) {
      return error.statusCode() + " " + error.code().orElse("");
    }
  }

  static void failures(OpenAIClient client, String model) {
    equal("error", codeOf(() -> client.chat().completions().create(hello("no-such-model").build())), "404 model_not_found");
    var wrong = client.withOptions(options -> options.apiKey("wrong"));
    equal("error", codeOf(() -> wrong.chat().completions().create(hello(model).build())), "401 invalid_api_key");
  }

  public static void main(String[] arguments) {
    var client = OpenAIOkHttpClient.builder().baseUrl(arguments[0]).apiKey(arguments[1]).maxRetries(0).build();
    for (var model : List.of("assistant", "live")) {
      answers(client, model);
      schema(client, model, arguments[2]);
      toolLoop(client, model);
      responses(client, model);
      failures(client, model);
    }
    System.out.println("all is well");
    System.exit(0); // the client's threads end a minute later
  }
}
