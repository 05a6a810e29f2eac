package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Tests the dependencies that an application gets with the jar. Additions need a decision; those of {@code bin/jobfeed}
 * alone are not included.
 */
class EmbeddingDependenciesTest {

    @Test
    void applicationGetsOnlyDependenciesOfTheRoutes() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        XPath path = XPathFactory.newInstance().newXPath();
        NodeList found = (NodeList) path.evaluate(
                "/project/dependencies/dependency[not(optional = 'true') and (not(scope) or scope = 'compile'"
                        + " or scope = 'runtime')]/artifactId",
                pom,
                XPathConstants.NODESET);
        List<String> reaching = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            reaching.add(found.item(i).getTextContent());
        }

        assertThat(reaching)
                .containsExactlyInAnyOrder(
                        "camel-core",
                        "camel-yaml-dsl",
                        "camel-http",
                        "camel-jdbc",
                        "camel-jackson",
                        "camel-quartz",
                        "camel-sql",
                        "flyway-core",
                        "flyway-database-postgresql");
    }
}
