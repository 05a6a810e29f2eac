package dev.jobfeed;

import dev.jobfeed.feed.AnswerReader;
import dev.jobfeed.feed.RowShape;
import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.LeaseLostException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** What stands directly before and behind a call to Jobo: bean {@code jobfeedAnswers}. */
public final class JoboAnswers {

    /** Counts the request, and refuses it when the attempt no longer has the right to send it. */
    public void permit(Exchange exchange) {
        Attempt attempt = exchange.getVariable("jobfeedAttempt", Attempt.class);
        if (attempt != null) {
            if (attempt.isStopping()) {
                throw new LeaseLostException("The attempt was asked to stop; no further request is sent.");
            }
            attempt.requested(Boolean.TRUE.equals(exchange.getIn().getHeader(Exchange.REDELIVERED, Boolean.class)));
        }
    }

    /**
     * Reads the answer as it arrives, by what the path returns.
     *
     * @throws IOException when it breaks off or is not what the API promises; both are worth another try
     */
    public Object read(Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        Attempt attempt = exchange.getVariable("jobfeedAttempt", Attempt.class);
        if (attempt != null) {
            attempt.charged(
                    answer.getHeader("X-Credits-Deducted", BigDecimal.class),
                    answer.getHeader("X-Credits-Balance", BigDecimal.class));
        }
        String path = exchange.getVariable("joboPath", String.class);
        try (InputStream body = answer.getMandatoryBody(InputStream.class)) {
            return switch (path) {
                case "/api/jobs/feed" -> AnswerReader.feedPage(body, RowShape.JOB);
                case "/api/jobs/expired" -> AnswerReader.idPage(body);
                default -> throw new IllegalArgumentException("No reader for the answers of " + path);
            };
        } catch (org.apache.camel.InvalidPayloadException e) {
            throw new dev.jobfeed.feed.UnreadableAnswerException("The answer has no body.", e);
        }
    }
}
