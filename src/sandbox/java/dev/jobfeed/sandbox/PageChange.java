package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Changes the JSON of a page, and leaves every other byte of it as it was. */
final class PageChange {

    private PageChange() {}

    static Interceptor.Verdict of(Consumer<ObjectNode> change) {
        return Interceptor.rewrite(body -> changed(body, change));
    }

    /** Changes the page, and then its JSON as bytes. */
    static Interceptor.Verdict of(Consumer<ObjectNode> change, UnaryOperator<byte[]> behind) {
        return Interceptor.rewrite(body -> behind.apply(changed(body, change)));
    }

    /** Changes the page, and says in body and header that there are more. */
    static Interceptor.Verdict promisingMore(Consumer<ObjectNode> change) {
        return new Interceptor.Serve(
                body -> changed(body, page -> change.accept(page.put("has_more", true))),
                Map.of("X-Has-More", "true"),
                -1);
    }

    private static byte[] changed(byte[] body, Consumer<ObjectNode> change) {
        try {
            ObjectNode page = (ObjectNode) Json.MAPPER.readTree(body);
            change.accept(page);
            return Json.bytes(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
